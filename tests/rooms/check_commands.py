#!/usr/bin/env python3
"""Holds the commands that READMEs show to the program: a line that can not be typed is found before a reader types it.

  check_commands.py PROGRAM [README...]      default: every README.md of the tree

Looked at are commands of evtwin in blocks (indented by four, or fenced) with all that stands in them: command, options,
kinds and ranges of their values, options that exclude or need others, positionals, ids of strategies with their
parameters, names of param() behind --set and --vary, keys of --change, and files, which exist, are made by an earlier
line of the same README, or are the reader's own. Of commands inside a sentence (`evtwin audit RUN`) command and options alone: their words are often shortened.
Nothing is run but --help and the list of plugins. Status 1 and a line for each fault.
"""
import json
import pathlib
import re
import shlex
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent.parent

# Files that only the reader has: data, plugins and sites of their own.
readers_own = {"may.csv.gz", "september.csv.gz", "other.csv", "cells.csv", "cars/*.csv", "site.lua", "r.json", "PATH.csv",
               "week.evtwin", "asap.evtwin", "lp.evtwin", "edf.evtwin", "part2", "part3"}
# Names in capitals stand for something: SCENARIO, LOG..., YOUR.log, FILE.so, PREFIX/share/...; so do $WEEK and @NAME@.
placeholder = re.compile(r"^(\.\.\.|[A-Z][A-Z0-9_]*(\.\.\.|[.#/].*)?|.*\$.*|.*@[A-Z]+@.*)$")
prefix = re.compile(r"^PREFIX/share/evtwin/")


class Fault(Exception):
    pass


class Program:
    """What the program's own help says of its commands."""

    def __init__(self, path):
        self.path = path
        self.helps = {}
        listed = json.loads(self.run("plugin", "list", "--json"))
        self.changes = set(re.findall(r"^  ([a-z_]+)(?: \[|  )", self.run("run", "--help").partition("Keys of --change:")[2], re.M))
        self.strategies = {one["id"]: {p["id"]: p for p in one["params"]} for one in listed["strategies"]}

    def run(self, *arguments):
        done = subprocess.run([self.path, *arguments], capture_output=True, encoding="utf-8")
        return done.stdout if done.returncode == 0 else ""

    def help_of(self, words):
        key = tuple(words)
        if key not in self.helps:
            self.helps[key] = Help(self.run(*words, "--help"))
        return self.helps[key]


class Help:
    """Options, positionals and subcommands, read from the text of --help."""

    def __init__(self, text):
        self.known = "Usage:" in text
        self.subcommands, self.options, self.positionals = set(), {}, []
        self.needs_subcommand = bool(re.search(r"^Usage: .*\bSUBCOMMAND$", text, re.M))
        part = ""
        for line in text.split("\n"):
            if re.match(r"^[A-Z].*:$", line):
                part = line
            elif match := re.match(r"^  (-\S+)(.*)", line):
                self.add_option(match[1], re.split(r" {2,}", match[2])[0])
            elif part == "Positionals:" and (match := re.match(r"^  ([A-Z].*?) (?:TEXT|UINT|INT|FLOAT)(.*)", line)):
                kind = re.split(r" {2,}", match[2])[0]
                self.positionals.append((match[1], "REQUIRED" in kind, "..." in kind))
            elif match := re.match(r"^  ([a-z]+)  +[A-Z]", line):
                self.subcommands.add(match[1])

    def add_option(self, names, rest):
        value = re.match(r" (?!Excludes|Needs|REQUIRED)([A-Z]+)(?::\{([^}]*)\})?(?:(?::\w+)? in \[(\S+) - (\S+?)\])?", rest)
        several = re.search(r" x (\d+)", rest)
        excludes = re.search(r"Excludes: ((?:--\S+ ?)+)", rest)
        needs = re.search(r"Needs: ((?:--\S+ ?)+)", rest)
        option = {
            "name": names.split(",")[-1],
            "type": value[1] if value else None,
            "values": int(several[1]) if several else 1,
            "choices": value[2].split(",") if value and value[2] else None,
            "range": (float(value[3]), float(value[4])) if value and value[3] else None,
            "required": "REQUIRED" in rest,
            "excludes": excludes[1].split() if excludes else [],
            "needs": needs[1].split() if needs else [],
        }
        for name in names.split(","):
            self.options[name] = option


# Of every command, though no list of options has them.
common = {"--log": "TEXT", "--log-file": "TEXT"}
makes = {"--out", "--page", "--png", "--csv", "--certificate", "--write-site", "--request", "--web", "--metrics", "--masked",
         "--ocpp", "--ocpi", "--ocpi-sessions", "--sessions", "--timeseries", "--pilot", "--checkpoint-at"}
reads = {"--from", "--site", "--judge", "--test", "--types", "--script"}
strategies_of = {"--strategy", "--strategies", "--baseline", "--reference", "--against"}


class Readme:
    def __init__(self, path, program):
        self.path, self.program, self.made, self.faults, self.count = path, program, set(), [], 0
        self.text = path.read_text(encoding="utf-8")

    def check(self):
        for number, command, whole in self.commands():
            try:
                self.look_at(command, whole)
                self.count += 1
            except Fault as fault:
                self.faults.append(f"{self.path.relative_to(root)}:{number}: {' '.join(command)}: {fault}")

    def commands(self):
        """(line number, words, whether it is meant to be typed as it stands)"""
        lines, fenced, joined, start = self.text.split("\n"), False, "", 0
        output = False  # inside what a command printed
        for number, line in enumerate(lines, 1):
            if line.startswith("<!-- output:"):
                output = True
            elif line.startswith("<!-- end of output"):
                output = False
            elif re.match(r"^\s*(```|~~~)", line):
                fenced = not fenced
            elif (fenced or re.match(r"^( {4}|\t)", line)) and not output:
                start = number if not joined else start
                joined += line.strip()
                if joined.endswith("\\"):
                    joined = joined[:-1] + " "
                    continue
                yield from self.of_line(start, joined)
                joined = ""
            elif not output:
                for match in re.finditer(r"`(evtwin [^`]+)`", line):
                    words = match[1].split()[1:]
                    if not re.search(r"[|>…]", match[1]):
                        yield number, words, False

    def of_line(self, number, line):
        try:
            lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
            lexer.whitespace_split = True
            words = list(lexer)
        except ValueError:
            return
        command, after_redirection = [], False
        # What comes before the program's name: a prompt, variables, a debugger.
        for word in [*words, ";"]:
            if after_redirection:
                self.made.add(word)
                after_redirection = False
            elif word == ">":
                after_redirection = True
            elif re.match(r"^[|&;]+$", word):
                if self.is_program(command):
                    yield number, command[self.at(command) + 1:], True
                command = []
            else:
                command.append(word)

    @staticmethod
    def at(command):
        for i, word in enumerate(command):
            if word == "evtwin" or word.endswith("/bin/evtwin"):
                return i
        return -1

    def is_program(self, command):
        i = self.at(command)
        if i < 0:
            return False
        before = command[:i]
        return all(word == "$" or "=" in word for word in before) or "--args" in before

    def look_at(self, words, whole):
        if not words or words[0] in ("--help", "--version"):
            return
        help_text, path = self.program.help_of([]), []
        while words and (words[0] in help_text.subcommands):
            path.append(words[0])
            help_text, words = self.program.help_of(path), words[1:]
            if not help_text.known:  # evtwin view of a build without a viewer
                return
        if not path:
            if not whole and placeholder.match(words[0]):
                return
            raise Fault(f"there is no command {words[0]}")
        if help_text.needs_subcommand and whole:
            raise Fault("a subcommand is missing")

        options, positionals = [], []
        i = 0
        while i < len(words):
            word = words[i]
            if not word.startswith("-") or word in ("-", "--"):
                if not whole and not re.match(r"^[A-Za-z0-9./_~-]+$", word):
                    break
                if word != "...":
                    positionals.append(word)
                i += 1
                continue
            name, given, value = word.partition("=")
            option = help_text.options.get(name) or ({"name": name, "type": common[name], "choices": None, "range": None,
                                                      "values": 1, "required": False, "excludes": [], "needs": []}
                                                     if name in common else None)
            if option is None:
                raise Fault(f"{' '.join(path)} has no option {name}")
            i += 1
            if option["type"] and not given:
                if i >= len(words):
                    if not whole:
                        options.append((option, None))
                        break
                    raise Fault(f"{name} needs a value")
                if i + option["values"] > len(words):
                    raise Fault(f"{name} needs {option['values']} values")
                i += option["values"]
                value = words[i - 1]  # of a time and a file: the file
            options.append((option, value if option["type"] else None))
        if not whole:
            return
        self.look_at_options(path, help_text, options)
        self.look_at_positionals(path, help_text, positionals)
        for option, value in options:
            self.look_at_value(path, option, value, positionals)

    def look_at_options(self, path, help_text, options):
        given = {option["name"] for option, _ in options}
        for option, _ in options:
            for other in option["excludes"]:
                if other in given:
                    raise Fault(f"{option['name']} excludes {other}")
            for other in option["needs"]:
                if other not in given:
                    raise Fault(f"{option['name']} needs {other}")
        for option in help_text.options.values():
            if option["required"] and option["name"] not in given:
                raise Fault(f"{' '.join(path)} needs {option['name']}")

    def look_at_positionals(self, path, help_text, positionals):
        least = sum(1 for _, required, _ in help_text.positionals if required)
        many = any(several for _, _, several in help_text.positionals)
        if len(positionals) < least:
            raise Fault(f"{' '.join(path)} needs {help_text.positionals[len(positionals)][0]}")
        if not many and len(positionals) > len(help_text.positionals):
            raise Fault(f"{positionals[len(help_text.positionals)]}: one positional too many")
        if path == ["init"] or path == ["plugin", "new"]:
            self.made.add(positionals[0])
            self.made.add("./build/lib" + positionals[0] + ".so")
            return
        if path[0] in ("completion", "tariffs") or path == ["sweep", "emit"]:
            return
        for word in positionals:
            # A strategy by its id: files are among its parameters.
            if path == ["plugin", "check"] and re.match(r"^[a-z][a-z0-9-]*:", word):
                for part in word.split(":")[1:]:
                    self.look_at_file(part.partition("=")[2])
                continue
            self.look_at_file(word)

    def look_at_file(self, word):
        name = prefix.sub("", word)
        if name != word and name.startswith("scenarios/"):
            if not (root / name).exists():
                raise Fault(f"{word} is not in the tree")
            return
        name = name.split("#")[0]
        if placeholder.match(name) or name in self.made or name in readers_own:
            return
        if re.match(r"^(\./)?(build|debug|asan)?/?(lib)?my_|^\./", name):  # a project that the reader makes
            return
        if not (root / name).exists() and not (self.path.parent / name).exists():
            raise Fault(f"{word} is neither in the tree nor made by an earlier line")

    def look_at_value(self, path, option, value, positionals):
        name = option["name"]
        if value is None or placeholder.match(value):
            return
        if option["choices"] and value not in option["choices"]:
            raise Fault(f"{name} {value}: one of {', '.join(option['choices'])}")
        if option["type"] in ("UINT", "INT", "FLOAT"):
            try:
                number = float(value)
            except ValueError:
                raise Fault(f"{name} {value}: a number is due")
            if option["type"] != "FLOAT" and not value.lstrip("-").isdigit():
                raise Fault(f"{name} {value}: a whole number is due")
            if option["range"] and not option["range"][0] <= number <= option["range"][1]:
                raise Fault(f"{name} {value}: out of range")
        if name in makes:
            self.made.add(value)
        elif name in reads and path[0] != "roads":  # whose --from is a place
            self.look_at_file(value.split(":")[0])
        elif name in strategies_of:
            for one in value.split(","):
                self.look_at_strategy(one)
        elif name in ("--set", "--vary", "--change"):
            key, given, _ = value.partition("=")
            if not given:
                raise Fault(f"{name} {value}: name=value is due")
            if name != "--set" and key.split(".")[-1] in self.program.changes:
                return
            if name == "--change":
                raise Fault(f"--change has no key {key}")
            self.look_at_parameter(key, positionals)

    def look_at_strategy(self, text):
        id, *parameters = text.split(":")
        if placeholder.match(id) or re.search(r"[./]", id) or id in ("oracle", "own") or ":" in text and "=" not in text:
            return
        known = self.program.strategies.get(id)
        if known is None:
            if id in ("ppo", "dqn", "ppo-dqn"):  # in builds that have them
                return
            raise Fault(f"there is no strategy {id}")
        for parameter in parameters:
            key = parameter.split("=")[0]
            if key not in known:
                raise Fault(f"{id} has no parameter {key}")

    def look_at_parameter(self, name, positionals):
        if not positionals:
            return
        file = root / prefix.sub("", positionals[0])
        if file.suffix != ".lua" or not file.exists():
            return
        texts = [file.read_text(encoding="utf-8")]
        for module in re.findall(r"""require\s*\(?["']([\w.]+)["']""", texts[0]):
            other = root / "scenarios/lib" / (module.replace(".", "/") + ".lua")
            if other.exists():
                texts.append(other.read_text(encoding="utf-8"))
        if not any(re.search(rf"""param\s*\(?\s*["']{re.escape(name)}["']""", text) for text in texts):
            raise Fault(f"{positionals[0]} has no param(\"{name}\")")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program = Program(sys.argv[1])
    if not program.help_of([]).known:
        sys.exit(f"{sys.argv[1]} --help says nothing")
    paths = [pathlib.Path(p).resolve() for p in sys.argv[2:]] or sorted(
        p for p in root.rglob("README.md") if not {"build", "out", ".git"} & set(p.relative_to(root).parts[:-1]))
    faults, count = [], 0
    for path in paths:
        readme = Readme(path, program)
        readme.check()
        faults += readme.faults
        count += readme.count
    if len(sys.argv) == 2 and count < 100:
        faults.append(f"only {count} commands found: is {root} the project?")
    for fault in faults:
        print(fault)
    print(f"{count} commands of {len(paths)} READMEs can be typed, {len(faults)} can not")
    sys.exit(1 if faults else 0)


main()
