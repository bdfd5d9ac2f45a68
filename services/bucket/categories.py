"""What a file is, by its name: category, content type, and the names nobody means as media.

Our own table instead of ``mimetypes``: that one differs from machine to machine.
"""

from __future__ import annotations

import re

from services.model.asset import Category

# Extension -> content type, in the order of the categories.
_TYPES: dict[Category, dict[str, str]] = {
    Category.VIDEO: {
        "mp4": "video/mp4",
        "m4v": "video/x-m4v",
        "mov": "video/quicktime",
        "mkv": "video/x-matroska",
        "webm": "video/webm",
        "avi": "video/x-msvideo",
        "mpg": "video/mpeg",
        "mpeg": "video/mpeg",
        "3gp": "video/3gpp",
        "mts": "video/mp2t",
    },
    Category.AUDIO: {
        "mp3": "audio/mpeg",
        "wav": "audio/wav",
        "m4a": "audio/mp4",
        "aac": "audio/aac",
        "flac": "audio/flac",
        "ogg": "audio/ogg",
        "opus": "audio/ogg",
        "aif": "audio/aiff",
        "aiff": "audio/aiff",
    },
    Category.IMAGE: {
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "png": "image/png",
        "webp": "image/webp",
        "heic": "image/heic",
        "heif": "image/heif",
        "gif": "image/gif",
        "bmp": "image/bmp",
        "tif": "image/tiff",
        "tiff": "image/tiff",
        "avif": "image/avif",
        "dng": "image/x-adobe-dng",
        "cr2": "image/x-canon-cr2",
        "nef": "image/x-nikon-nef",
        "arw": "image/x-sony-arw",
        "svg": "image/svg+xml",
    },
    Category.MODEL_3D: {
        "stl": "model/stl",
        "obj": "model/obj",
        "3mf": "model/3mf",
        "ply": "model/ply",
        "gltf": "model/gltf+json",
        "glb": "model/gltf-binary",
        "step": "model/step",
        "stp": "model/step",
        "blend": "application/x-blender",
        "gcode": "text/x-gcode",
    },
    Category.DOCUMENT: {
        "txt": "text/plain",
        "md": "text/markdown",
        "pdf": "application/pdf",
        "csv": "text/csv",
        "json": "application/json",
        "yaml": "application/yaml",
        "yml": "application/yaml",
        "rtf": "application/rtf",
        "doc": "application/msword",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "odt": "application/vnd.oasis.opendocument.text",
    },
    Category.ARCHIVE: {
        "zip": "application/zip",
        "gz": "application/gzip",
        "tgz": "application/gzip",
        "tar": "application/x-tar",
        "7z": "application/x-7z-compressed",
        "rar": "application/vnd.rar",
        "bz2": "application/x-bzip2",
        "xz": "application/x-xz",
    },
}
_BY_EXTENSION = {
    extension: (category, content_type)
    for category, types in _TYPES.items()
    for extension, content_type in types.items()
}
_UNKNOWN = (Category.OTHER, "application/octet-stream")
_FAMILIES = {"video": Category.VIDEO, "audio": Category.AUDIO, "image": Category.IMAGE}

# The documents speak of several: "videos", "images"; "audio" and "other" have their own plural there.
PLURALS: dict[Category, str] = {
    Category.VIDEO: "videos",
    Category.AUDIO: "audio",
    Category.IMAGE: "images",
    Category.MODEL_3D: "3d_models",
    Category.DOCUMENT: "documents",
    Category.ARCHIVE: "archives",
    Category.OTHER: "other",
}
MEDIA = frozenset({Category.VIDEO, Category.AUDIO, Category.IMAGE})

# Left behind by systems and half-finished copies: never media, whatever their extension says.
_IGNORED = re.compile(
    r"\.|~\$|thumbs\.db$|ehthumbs\.db$|desktop\.ini$|icon\r$|.*(\.part|\.partial|\.tmp|\.temp|\.crdownload|\.download|\.swp|~)$",
    re.IGNORECASE | re.DOTALL,
)


def file_category(name: str, content_type: str = "") -> Category:
    """The category by extension; a remote's content type decides only where the extension says nothing."""
    category = _BY_EXTENSION.get(_extension(name), _UNKNOWN)[0]
    if category is Category.OTHER and content_type:
        return _FAMILIES.get(content_type.partition("/")[0].lower(), category)
    return category


def content_type(name: str) -> str:
    return _BY_EXTENSION.get(_extension(name), _UNKNOWN)[1]


def ignored(name: str) -> bool:
    """Whether a file or folder of this bare name is nobody's media: hidden, a system's, or unfinished."""
    return _IGNORED.match(name) is not None


def _extension(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""
