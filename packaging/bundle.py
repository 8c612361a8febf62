#!/usr/bin/env python3
"""Makes an installed prefix of Headscope independent of the machine's libraries.

    packaging/bundle.py PREFIX [--torch FOLDER ...]

Copies Qt's plugins, and every shared library that the program, its modules and the plugins need, into PREFIX/lib;
lets each file find the others relative to itself; writes bin/qt.conf, fonts for machines without any, and the
licences of what was copied, with the list bundled.json of it. What stays outside: the C and C++ libraries (as the machine's own may be newer) and
libtorch, which the engine modules look for in the FOLDERs, relative to themselves. Prints the oldest glibc that all
of it runs with.
Needs patchelf, and Debian's dpkg for the licences.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

PLUGINS = [
    "platforms/libqxcb.so",
    "platforms/libqoffscreen.so",
    "platforminputcontexts/libcomposeplatforminputcontextplugin.so",
    "platforminputcontexts/libibusplatforminputcontextplugin.so",
    "iconengines/libqsvgicon.so",
    "imageformats/libqsvg.so",
]
COMMON_LICENCES = Path("/usr/share/common-licenses")
LICENCES = """What comes with this copy of Headscope, and under which terms

Headscope itself is under the MIT licence (../LICENSE). This folder has the licences of the libraries, plugins
and fonts beside it, a file for each package of Debian that they were taken from unchanged; bundled.json lists
packages, versions and files. Texts that several of them refer to are in common-*.txt.

Qt (libQt6*, plugins) is used under the GNU Lesser General Public License, version 3. It is linked as shared
libraries: put your own build of the same version in the place of a file, and Headscope uses it.

QCustomPlot is under the GNU General Public License, version 3 or later. So a program with the window, as it is
put together here, may be passed on under the terms of that licence; Headscope's own source stays under MIT.

Sources: Headscope's is where you have this copy from, and `headscope --version` names the commit. That of each
Debian package is at https://snapshot.debian.org, under the name and version that bundled.json has as "source".
"""
FONTS = Path("/usr/share/fonts/truetype/dejavu")
OUTSIDE = re.compile(
    r"(ld-linux.*|libc|libm|libdl|libpthread|librt|libgcc_s|libstdc\+\+"  # the machine's
    r"|libtorch.*|libc10.*|libcudart|libcupti)\.so.*"  # torch's
)


def output(*command: str | Path) -> str:
    """What a command prints."""
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


def system_libraries() -> dict[str, Path]:
    """The machine's shared libraries by name."""
    found: dict[str, Path] = {}
    for line in output("/sbin/ldconfig", "-p").splitlines():
        match = re.match(r"\s+(\S+) \(libc6,x86-64.*\) => (\S+)", line)
        if match:
            found.setdefault(match[1], Path(match[2]))
    return found


def needed(file: Path) -> list[str]:
    """The names of the libraries that a file is linked with."""
    return output("patchelf", "--print-needed", file).split()


def copy_plugins(prefix: Path) -> dict[Path, Path]:
    """Qt's plugins of the list, in the places where Qt looks for them; returns {copy: source}."""
    source = Path(output("qmake6", "-query", "QT_INSTALL_PLUGINS").strip())
    copies = {}
    for name in PLUGINS:
        to = prefix / "plugins" / name
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name, to)
        copies[to] = source / name
    (prefix / "bin" / "qt.conf").write_text(
        "[Paths]\nPrefix=..\nPlugins=plugins\nTranslations=share/qt6/translations\n"
    )
    return copies


def copy_translations(prefix: Path) -> dict[Path, Path]:
    """Qt's own texts in the languages of the window."""
    source = Path(output("qmake6", "-query", "QT_INSTALL_TRANSLATIONS").strip()) / "qtbase_ru.qm"
    to = prefix / "share" / "qt6" / "translations" / source.name
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, to)
    return {to: source}


def copy_fonts(prefix: Path) -> dict[Path, Path]:
    """Letters for machines that have none, such as containers; the machine's own come first."""
    to = prefix / "share" / "headscope" / "fonts"
    to.mkdir(parents=True, exist_ok=True)
    (to / "fonts.conf").write_text(
        """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">.</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""
    )
    names = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
    for name in names:
        shutil.copy(FONTS / name, to)
    return {to / name: FONTS / name for name in names}


def link_expat(source: Path, to: Path) -> bool:
    """Whether `to` is now an expat that runs with older versions of glibc than the machine's.

    It is made of the static one, where libexpat1-dev brings it.
    """
    static = Path("/usr/lib/x86_64-linux-gnu/libexpat.a")
    if to.name != "libexpat.so.1" or not static.exists():
        return False
    shared = ["cc", "-O2", "-fPIC", "-shared", "-Wl,-soname,libexpat.so.1", "-Wl,-Bsymbolic", "-o", str(to)]
    whole = ["-Wl,--whole-archive", str(static), "-Wl,--no-whole-archive"]
    subprocess.run([*shared, str(Path(__file__).with_name("arc4random.c")), *whole], check=True)
    if exported(to) != exported(source):
        sys.exit("bundle: the expat that was linked does not export what the machine's does")
    return True


def exported(library: Path) -> set[str]:
    """The functions that a library gives."""
    return {line.split()[-1] for line in output("objdump", "-T", library).splitlines() if " .text" in line}


def copy_libraries(prefix: Path, start: list[Path]) -> dict[Path, Path]:
    """Copies what `start` needs, and what that needs, into lib; returns {copy: source}."""
    libraries = system_libraries()
    copies: dict[Path, Path] = {}
    todo = list(start)
    while todo:
        for name in needed(todo.pop()):
            to = prefix / "lib" / name
            if OUTSIDE.fullmatch(name) or to in copies:
                continue
            if name not in libraries:
                sys.exit(f"bundle: {name} is needed, and this machine does not have it")
            if not link_expat(libraries[name], to):
                shutil.copy(libraries[name], to)
            to.chmod(0o755)
            copies[to] = libraries[name].resolve()
            todo.append(to)
    return copies


def package_of(source: Path) -> str:
    """Debian's package of a file."""
    # Older packages name files in /lib, which is /usr/lib by now.
    for name in (str(source), str(source).removeprefix("/usr")):
        lines = subprocess.run(["dpkg", "-S", name], capture_output=True, text=True).stdout
        if lines:
            return lines.split(":")[0]
    sys.exit(f"bundle: no package of {source} is known, so its licence is not either")


def copy_licences(prefix: Path, copies: dict[Path, Path]) -> None:
    """The licence of each package that something was copied from, as Debian records it, and the list of them.

    Debian's files point to the texts of common licences, which other systems lack, so these come along.
    """
    to = prefix / "share" / "doc" / "headscope" / "licences"
    to.mkdir(parents=True, exist_ok=True)
    files: dict[str, list[str]] = {}
    for copy, source in copies.items():
        files.setdefault(package_of(source), []).append(str(copy.relative_to(prefix)))
    listed = []
    for package in sorted(files):
        text = Path(f"/usr/share/doc/{package}/copyright").read_text(errors="replace")
        (to / f"{package}.txt").write_text(text)
        for name in set(re.findall(r"/usr/share/common-licenses/([A-Za-z0-9.+-]*[A-Za-z0-9])", text)):
            if (COMMON_LICENCES / name).exists():
                shutil.copy(COMMON_LICENCES / name, to / f"common-{name}.txt")
        version, source_package = output(
            "dpkg-query", "-W", "-f", "${Version}\n${source:Package} ${source:Version}\n", f"{package}"
        ).splitlines()[:2]
        listed.append(
            {
                "package": package,
                "version": version,
                "source": source_package,
                "files": sorted(files[package]),
            }
        )
    (to / "bundled.json").write_text(json.dumps(listed, indent=1) + "\n")
    (to / "README.txt").write_text(LICENCES)


def set_search_path(file: Path, *folders: str) -> None:
    """Where a file looks for what it needs, before the machine's own folders."""
    subprocess.run(["patchelf", "--set-rpath", ":".join(folders), str(file)], check=True)


def oldest_glibc(files: list[Path]) -> str:
    """The version of glibc that the files need, such as 2.35, and of libstdc++'s symbols."""
    versions: dict[str, set[tuple[int, ...]]] = {"GLIBC": set(), "GLIBCXX": set()}
    for file in files:
        for kind, version in re.findall(r"\b(GLIBC|GLIBCXX)_([0-9.]+)", output("objdump", "-T", file)):
            versions[kind].add(tuple(int(part) for part in version.split(".")))
    return " ".join(f"{kind} {'.'.join(map(str, max(found)))}" for kind, found in versions.items() if found)


def main() -> None:
    """Bundles the prefix of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("prefix", type=Path)
    parser.add_argument("--torch", nargs="*", default=[], help="relative to lib/headscope")
    options = parser.parse_args()
    prefix: Path = options.prefix.resolve()
    program = prefix / "bin" / "headscope"
    modules = sorted((prefix / "lib" / "headscope").glob("*.so"))
    for file in [program, *modules]:
        subprocess.run(["strip", "--strip-unneeded", str(file)], check=True)
    plugins = copy_plugins(prefix)
    copies = copy_libraries(prefix, [program, *modules, *plugins])
    set_search_path(program, "$ORIGIN/../lib")
    for module in modules:
        set_search_path(module, "$ORIGIN/..", *(f"$ORIGIN/{folder}" for folder in options.torch))
    for plugin in plugins:
        set_search_path(plugin, "$ORIGIN/../../lib")
    for library in copies:
        set_search_path(library, "$ORIGIN")
    copy_licences(prefix, {**copies, **plugins, **copy_translations(prefix), **copy_fonts(prefix)})
    files = [program, *modules, *plugins, *copies]
    print(f"{len(copies)} libraries, {sum(file.stat().st_size for file in files) / 1e6:.0f} MB of code")
    print(oldest_glibc(files))


if __name__ == "__main__":
    main()
