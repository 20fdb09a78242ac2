package e2e

import (
	"encoding/json"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// foundFix is the fix of a finding of doctor or lint, as its object has it.
type foundFix struct {
	Type string `json:"type"`
	Rule string `json:"rule"`
	Fix  struct {
		Commands []string        `json:"commands"`
		Patch    json.RawMessage `json:"patch"`
		Create   json.RawMessage `json:"create"`
	} `json:"fix"`
}

// fixOf is the fix of the first finding by a rule in the last output.
func fixOf(ts *testscript.TestScript, rule string) foundFix {
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		var found foundFix
		ts.Check(json.Unmarshal([]byte(line), &found))
		if found.Type == "finding" && found.Rule == rule {
			return found
		}
	}
	ts.Fatalf("%s has found nothing", rule)
	return foundFix{}
}

// cmdFix does what the last program, doctor with -o json, says that makes a finding go:
// it runs the commands, the last one with more arguments if there are any, or creates the
// object.
//
//	fix RULE [ARG...]
func cmdFix(ts *testscript.TestScript, _ *world, args []string) {
	if len(args) < 1 {
		ts.Fatalf("usage: fix RULE [ARG...]")
	}
	fix := fixOf(ts, args[0]).Fix
	for i, command := range fix.Commands {
		if i == len(fix.Commands)-1 {
			command = strings.Join(append([]string{command}, args[1:]...), " ")
		}
		ts.Check(ts.Exec("sh", "-c", command))
	}
	if fix.Create != nil {
		file := ts.MkAbs("create.json")
		ts.Check(os.WriteFile(file, fix.Create, 0o600))
		ts.Check(ts.Exec("kubectl", "create", "--validate=false", "-f", file))
		return
	}
	if len(fix.Commands) == 0 {
		ts.Fatalf("the fix of %s is words alone", args[0])
	}
}

// cmdFixFile patches a manifest as the last program, lint with -o json, says.
//
//	fixfile RULE FILE
func cmdFixFile(ts *testscript.TestScript, _ *world, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: fixfile RULE FILE")
	}
	patch := fixOf(ts, args[0]).Fix.Patch
	if patch == nil {
		ts.Fatalf("%s has no patch", args[0])
	}
	file := ts.MkAbs(args[1])
	ts.Check(ts.Exec("kubectl", "patch", "--local", "-f", file, "-p", string(patch), "-o", "yaml"))
	ts.Check(os.WriteFile(file, []byte(ts.ReadFile("stdout")), 0o600))
}
