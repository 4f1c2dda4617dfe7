"""`pip install .` into an empty environment gives a `kakuyaku` that runs, with its locales, migrations and templates."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_installed_package_runs_the_story_from_another_folder(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    source = tmp_path / "source"
    # A copy: building in the checkout would leave build/ behind, and could package what a clean clone has not.
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, tracked.decode().split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run([*build, "--wheel-dir", str(wheels), str(source)], check=True, capture_output=True, text=True)
    place = tmp_path / "venv"
    venv.create(place, with_pip=False)
    site = next(place.glob("lib/python*/site-packages"))
    wheel = next(wheels.glob("kakuyaku-*.whl"))
    install = [sys.executable, "-m", "pip", "--python", str(place / "bin" / "python"), "install", "--quiet"]
    subprocess.run([*install, "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True, text=True)
    # The dependencies are those of this environment; ours come from the wheel only (a .pth in a .pth is not followed).
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = [str(place / "bin" / "kakuyaku"), "story", "--json", "--people", "400"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(elsewhere)}
    done = subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["promise"]["state"] == "kept"
    assert len(told["shortlist"]) == 20
    where = "import plugin; print(plugin.__file__)"
    found = subprocess.run([str(place / "bin" / "python"), "-c", where], cwd=elsewhere, capture_output=True, text=True)
    assert str(place) in found.stdout
