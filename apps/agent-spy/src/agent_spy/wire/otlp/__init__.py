"""OpenTelemetry's wire: spans by OTLP, as protobuf or as JSON, and the runs that they tell of."""
