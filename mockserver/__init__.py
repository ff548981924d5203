"""fauxreel: a stand-in for paid, asynchronous video-generation providers."""

__version__ = "0.1.0"
