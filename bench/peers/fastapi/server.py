"""FastAPI: a plain function, which runs in a thread; `uvicorn[standard]` with two workers."""

from fastapi import FastAPI, UploadFile
from peer_network import Networks

app = FastAPI()
networks = Networks()


@app.get("/ready")
def ready() -> dict[str, bool]:
    return {"ready": True}


@app.post("/predict")
def predict(photo: UploadFile) -> dict[str, list[float]]:
    return networks.answer(photo.file.read())
