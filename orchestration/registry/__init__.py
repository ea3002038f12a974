"""The workspace's configuration files as frozen typed models."""
