"""The sample studio: draws and plays a small pottery's media, so that everything can be tried at once."""

from services.sample.studio import StudioReport, is_complete, is_sample, make_studio

__all__ = ["StudioReport", "is_complete", "is_sample", "make_studio"]
