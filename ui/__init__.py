"""The pages, mounted on one FastAPI application."""

import os

# Gradio and huggingface_hub read these once, when they are imported, and call out to the network without them.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
# Gradio builds a table of every event it ever queued after each one, for a monitoring page that we do not serve.
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**9))
