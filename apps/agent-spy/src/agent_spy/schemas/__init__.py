"""The forms of what goes over the wire, for those who read `/docs` or make a client of it.

Bodies with payloads are not made into these models: payloads stay the bytes that they are. The
OpenAPI document (`agent_spy.openapi`) shows the models, and the tests hold answers against them.
"""
