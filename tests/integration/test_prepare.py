"""Public collections, in miniature, are converted to folders for training."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from cnn_model.data.dataset import read_examples
from cnn_model.data.prepare import prepare
from cnn_model.data.synthetic import skin_photo
from constants import DIAGNOSES, Sex

PAD_HEADER = (
    "patient_id,lesion_id,smoke,age,gender,fitspatrick,region,diagnostic,itch,img_id,biopsed"
)
HAM_HEADER = "lesion_id,image_id,dx,dx_type,age,sex,localization"
ISIC_HEADER = "image,age_approx,anatom_site_general,lesion_id,sex"
TRUTH_HEADER = "image,MEL,NV,BCC,AK,BKL,DF,VASC,SCC,UNK"


def write(file: Path, *lines: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n")


def draw_photo(file: Path, seed: int, size: tuple[int, int] = (60, 48)) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    skin_photo(size, seed=seed).save(file)


def make_pad(source: Path) -> Path:
    write(
        source / "metadata.csv",
        PAD_HEADER,
        "PAT_1,10,True,60,FEMALE,2.0,NOSE,BCC,True,PAT_1_10_1.png,True",
        "PAT_1,11,,60,,,FACE,ACK,UNK,PAT_1_11_2.png,False",
        "PAT_2,12,False,33,MALE,3.0,BACK,NEV,True,PAT_2_12_3.png,True",
        "PAT_3,13,,70,,,ARM,SEK,UNK,PAT_3_13_4.png,False",
    )
    for number, name in enumerate(("PAT_1_10_1", "PAT_1_11_2", "PAT_2_12_3", "PAT_3_13_4")):
        draw_photo(
            source / f"images/imgs_part_{number % 3 + 1}" / f"{name}.png", number, (600, 900)
        )
    return source


def make_ham(source: Path) -> Path:
    write(
        source / "HAM10000_metadata",
        HAM_HEADER,
        "HAM_0000001,ISIC_0000001,akiec,histo,45.0,male,upper extremity",
        "HAM_0000001,ISIC_0000002,akiec,histo,45.0,male,upper extremity",
        "HAM_0000002,ISIC_0000003,bkl,consensus,,unknown,unknown",
    )
    for number in (1, 2, 3):
        part = f"HAM10000_images_part_{number % 2 + 1}"
        draw_photo(source / part / f"ISIC_000000{number}.jpg", number)
    return source


def make_isic(source: Path) -> Path:
    """Make a download whose first photo is in HAM10000, and whose last has another diagnosis."""
    write(
        source / "ISIC_2019_Training_GroundTruth.csv",
        TRUTH_HEADER,
        "ISIC_0000001,0.0,0.0,0.0,1.0,0.0,0.0,0.0,0.0,0.0",
        "ISIC_0000010,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,0.0",
        "ISIC_0000011,1.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0",
        "ISIC_0000012,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0",
    )
    write(
        source / "ISIC_2019_Training_Metadata.csv",
        ISIC_HEADER,
        "ISIC_0000001,45.0,upper extremity,HAM_0000001,male",
        "ISIC_0000010,80.0,palms/soles,BCN_0000010,female",
        "ISIC_0000011,,head/neck,,",
        "ISIC_0000012,,,,",
    )
    for number in (1, 10, 11, 12):
        draw_photo(source / "ISIC_2019_Training_Input" / f"ISIC_{number:07}.jpg", number)
    return source


def run(name: str, source: Path, data: Path) -> Result:
    return CliRunner().invoke(prepare, [name, str(source), str(data)])


def prepare_collection(name: str, source: Path, data: Path) -> str:
    result = run(name, source, data)
    assert result.exit_code == 0, result.output
    return result.output


def labels(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "labels.csv").open(newline="") as file:
        return {row["image"]: row for row in csv.DictReader(file)}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_clinical_photos_are_converted_with_their_labels(tmp_path: Path, data: Path) -> None:
    assert "4 photos added" in prepare_collection("pad-ufes-20", make_pad(tmp_path / "pad"), data)
    rows = labels(data / "smartphone")
    assert [row["diagnosis"] for row in rows.values()] == ["BCC", "AK", "NV", "BKL"]
    assert rows["PAT_1_10_1.jpg"] == {
        "image": "PAT_1_10_1.jpg",
        "patient_id": "PAT_1",
        "lesion_id": "10",
        "diagnosis": "BCC",
        "fitzpatrick": "2",
        "age": "60",
        "sex": "female",
        "site": "nose",
        "biopsied": "true",
    }
    with Image.open(data / "smartphone" / "images" / "PAT_1_10_1.jpg") as photo:
        assert (photo.format, photo.size) == ("JPEG", (448, 672))


def test_dermoscopic_photos_are_converted_with_their_labels(tmp_path: Path, data: Path) -> None:
    prepare_collection("ham10000", make_ham(tmp_path / "ham"), data)
    rows = list(labels(data / "dermoscopy").values())
    assert [row["diagnosis"] for row in rows] == ["AK", "AK", "BKL"]
    assert [row["lesion_id"] for row in rows] == ["HAM_0000001", "HAM_0000001", "HAM_0000002"]
    assert [row["site"] for row in rows] == ["upper_extremity", "upper_extremity", ""]
    assert [row["sex"] for row in rows] == ["male", "male", ""]
    with Image.open(data / "dermoscopy" / "images" / "ISIC_0000001.jpg") as photo:
        assert photo.size == (60, 48)


def test_a_photo_in_two_collections_is_stored_once(tmp_path: Path, data: Path) -> None:
    prepare_collection("ham10000", make_ham(tmp_path / "ham"), data)
    output = prepare_collection("isic2019", make_isic(tmp_path / "isic"), data)
    assert "2 photos added, 1 were there" in output
    rows = labels(data / "dermoscopy")
    assert len(rows) == 5
    assert rows["ISIC_0000001.jpg"]["confirmed_by"] == "histo"
    assert rows["ISIC_0000010.jpg"]["diagnosis"] == "SCC"
    assert rows["ISIC_0000010.jpg"]["site"] == "acral"
    assert rows["ISIC_0000011.jpg"]["lesion_id"] == "ISIC_0000011"
    assert {row["framing"] for row in rows.values()} == {"ham10000", "bcn20000", "isic2019"}


def test_training_reads_the_converted_photos(tmp_path: Path, data: Path) -> None:
    prepare_collection("pad-ufes-20", make_pad(tmp_path / "pad"), data)
    prepare_collection("ham10000", make_ham(tmp_path / "ham"), data)
    prepare_collection("isic2019", make_isic(tmp_path / "isic"), data)
    draw_photo(tmp_path / "things" / "cup" / "1.png", seed=90)
    draw_photo(tmp_path / "things" / "dog" / "1.png", seed=91)
    prepare_collection("not-skin", tmp_path / "things", data)
    examples = {example.path.name: example for example in read_examples(data)}
    assert len(examples) == 4 + 5 + 2
    assert all(example.path.exists() for example in examples.values())
    cancer = examples["ISIC_0000010.jpg"]
    assert list(DIAGNOSES)[cancer.diagnosis] == "SCC"
    assert (cancer.context.age, cancer.context.sex) == (80, Sex.FEMALE)
    assert examples["PAT_1_10_1.jpg"].context.sex is None
    assert examples["PAT_1_10_1.jpg"].group == examples["PAT_1_11_2.jpg"].group


def test_a_second_run_changes_nothing(tmp_path: Path, data: Path) -> None:
    source = make_ham(tmp_path / "ham")
    prepare_collection("ham10000", source, data)
    before = {file: file.read_bytes() for file in data.rglob("*") if file.is_file()}
    assert "0 photos added, 3 were there" in prepare_collection("ham10000", source, data)
    assert {file: file.read_bytes() for file in data.rglob("*") if file.is_file()} == before


def test_an_interrupted_run_is_resumed(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn_model.data import photos

    source, shrink = make_ham(tmp_path / "ham"), photos.shrink
    made: list[Path] = []

    def stopping(original: Path, target: Path) -> None:
        if made:
            raise KeyboardInterrupt
        made.append(target)
        shrink(original, target)

    monkeypatch.setattr(photos, "shrink", stopping)
    assert run("ham10000", source, data).exit_code != 0
    assert not (data / "dermoscopy" / "labels.csv").exists()
    made[0].write_bytes(made[0].read_bytes() + b"kept")
    monkeypatch.setattr(photos, "shrink", shrink)
    assert "3 photos added" in prepare_collection("ham10000", source, data)
    assert made[0].read_bytes().endswith(b"kept")


def test_unreadable_photos_are_named_and_left_out(tmp_path: Path, data: Path) -> None:
    source = make_ham(tmp_path / "ham")
    file = next(source.rglob("ISIC_0000002.jpg"))
    file.write_bytes(file.read_bytes()[:500])
    output = prepare_collection("ham10000", source, data)
    assert "2 photos added" in output
    assert "1 left out that cannot be read: ISIC_0000002.jpg" in output
    assert sorted(labels(data / "dermoscopy")) == ["ISIC_0000001.jpg", "ISIC_0000003.jpg"]
    assert len(list((data / "dermoscopy" / "images").iterdir())) == 2


def test_a_picture_with_two_names_is_stored_once(tmp_path: Path, data: Path) -> None:
    source = make_ham(tmp_path / "ham")
    first, third = (next(source.rglob(f"ISIC_000000{n}.jpg")) for n in (1, 3))
    third.write_bytes(first.read_bytes())
    assert "1 left out that equal another one" in prepare_collection("ham10000", source, data)
    assert len(list((data / "dermoscopy" / "images").iterdir())) == 2


@pytest.mark.parametrize(
    ("name", "make", "table"),
    [
        ("pad-ufes-20", make_pad, "metadata.csv"),
        ("ham10000", make_ham, "HAM10000_metadata"),
        ("isic2019", make_isic, "ISIC_2019_Training_GroundTruth.csv"),
        ("isic2019", make_isic, "ISIC_2019_Training_Metadata.csv"),
    ],
)
class TestNamesWhatIsMissing:
    def test_a_missing_table(
        self, tmp_path: Path, data: Path, name: str, make: Callable[[Path], Path], table: str
    ) -> None:
        source = make(tmp_path / "source")
        (source / table).unlink()
        result = run(name, source, data)
        assert result.exit_code != 0
        assert f"There is no {table}" in result.output
        assert not data.exists()

    def test_a_missing_column(
        self, tmp_path: Path, data: Path, name: str, make: Callable[[Path], Path], table: str
    ) -> None:
        source = make(tmp_path / "source")
        text = (source / table).read_text()
        column = text.split("\n")[0].split(",")[0]
        (source / table).write_text(text.replace(column, "other", 1))
        result = run(name, source, data)
        assert result.exit_code != 0
        assert f"lacks the column {column}" in result.output

    def test_a_missing_photo(
        self, tmp_path: Path, data: Path, name: str, make: Callable[[Path], Path], table: str
    ) -> None:
        source = make(tmp_path / "source")
        lost = min(source.rglob("*.*g"))
        lost.unlink()
        result = run(name, source, data)
        assert result.exit_code != 0
        assert f"{lost.stem} among them" in result.output


def test_an_unknown_diagnosis_is_rejected(tmp_path: Path, data: Path) -> None:
    source = make_ham(tmp_path / "ham")
    table = source / "HAM10000_metadata"
    table.write_text(table.read_text().replace("bkl", "wart"))
    result = run("ham10000", source, data)
    assert result.exit_code != 0
    assert '"wart" is not one of the diagnoses' in result.output


def test_the_target_must_not_be_inside_the_download(tmp_path: Path) -> None:
    source = make_ham(tmp_path / "ham")
    assert run("ham10000", source, source / "data").exit_code != 0
