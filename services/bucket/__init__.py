"""The bucket port: folders of raw media. Twins: folder (a local directory); Google Cloud Storage follows."""
