"""What the package says of the C interface is what the headers say."""
import ctypes
import pathlib
import re
import subprocess
import unittest

import evtwin
from evtwin import _home, _library, strategy, view

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADERS = ("strategy.h", "fleet.h", "embed.h")


def header_text(name):
    text = (ROOT / "engine" / "include" / "evtwin" / name).read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


ALL = "\n".join(header_text(name) for name in HEADERS)


def fields_of(struct):
    """Names of a struct of the headers, in their order."""
    body = re.search(r"typedef struct %s \{(.*?)\n\} %s;" % (struct, struct), ALL, re.DOTALL).group(1)
    names = []
    for line in body.split(";"):
        line = " ".join(line.split())
        if not line:
            continue
        function = re.search(r"\(\*(\w+)\)", line)
        if function:
            names.append(function.group(1))
            continue
        first, *others = line.split(",")
        names.append(re.search(r"(\w+)(?:\[\w+\])?$", first.strip()).group(1))
        names += [re.search(r"(\w+)$", other.strip()).group(1) for other in others]
    return names


class Structs(unittest.TestCase):
    def test_have_the_fields_and_sizes_of_the_headers(self):
        for name, struct in _library.STRUCTS.items():
            self.assertEqual([field[0] for field in struct._fields_], fields_of(name), name)
            stated = re.search(r"sizeof\(%s\) == (\d+)" % name, ALL)
            if stated:
                self.assertEqual(ctypes.sizeof(struct), int(stated.group(1)), name)

    def test_every_function_is_declared_with_as_many_arguments(self):
        declared = {}
        for name, arguments in re.findall(r"EVTWIN_EXPORT [^(;]*?(evtwin_\w+)\(([^;]*?)\);", ALL):
            declared[name] = 0 if arguments.strip() == "void" else arguments.count(",") + 1
        self.assertGreater(len(declared), 30)
        self.assertEqual({name: len(arguments) for name, (_, arguments) in _library.FUNCTIONS.items()}, declared)

    def test_constants_are_those_of_the_layout(self):
        constants = view.layout()["constants"]
        for enum, prefix in ((strategy.Why, "EVTWIN_WHY_"), (strategy.Reads, "EVTWIN_READS_")):
            known = {name[len(prefix):]: value for name, value in constants.items() if name.startswith(prefix)}
            self.assertEqual({name: member.value for name, member in enum.__members__.items()}, known)
        for name, value in (("OK", _library.OK), ("BAD_PARAMETER", _library.BAD_PARAMETER), ("FAILED", _library.FAILED)):
            self.assertEqual(value, constants["EVTWIN_" + name])
        for name in ("AUTORESET_NEXT_STEP", "AUTORESET_SAME_STEP", "AUTORESET_DISABLED"):
            stated = int(re.search(r"#define EVTWIN_%s (\d+)u" % name, ALL).group(1))
            self.assertEqual(evtwin.fleet.AUTORESET[name[len("AUTORESET_"):].lower()], stated)

    def test_every_field_of_the_view_can_be_read(self):
        run = strategy.HostedRun(evtwin.scenario("workplace_week.lua"), "test", "", days=1)
        view.structs()
        seen = run.view(0)
        fields = [f["name"] for s in view.layout()["structs"] if s["name"] == "evtwin_view" for f in s["fields"]]
        read = [name for name in fields if not name.startswith(("reserved", "struct_size"))]
        for name in read:
            getattr(seen, name)
        self.assertGreater(len(read), 120)
        self.assertEqual(seen.n_evses, 24)
        self.assertEqual(len(seen.evse_id), 24)
        self.assertEqual(seen.limit_start.size, seen.n_limits + 1)

    def test_package_and_program_are_of_one_version(self):
        said = subprocess.run([_home.program(), "--version"], capture_output=True, text=True, check=True).stdout
        self.assertIn(evtwin.__version__, said)
        cmake = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
        self.assertIn(f"project(evtwin VERSION {evtwin.__version__} ", cmake)


if __name__ == "__main__":
    unittest.main()
