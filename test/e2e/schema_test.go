package e2e

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-sts/kubectl-sts/test/schema"
)

// eventSchema is what every line of -o json must fit.
var eventSchema = sync.OnceValues(func() (*schema.Schema, error) {
	return schema.Load(filepath.Join("..", "..", "docs", "events.schema.json"))
})

// checkObjects holds the output of a program against the schema, if it is the
// plugin and was asked for JSON. The last line of one that was killed may not
// be whole.
func checkObjects(ts *testscript.TestScript, args []string, stdout string) {
	if !wantsJSON(args) {
		return
	}
	s, err := eventSchema()
	ts.Check(err)
	for line := range strings.Lines(stdout) {
		if text, whole := strings.CutSuffix(line, "\n"); whole {
			_, err := s.Check([]byte(text))
			ts.Check(err)
		}
	}
}

func wantsJSON(args []string) bool {
	if strings.HasPrefix(filepath.Base(args[0]), "kubectl") && len(args) > 1 && args[1] == "sts" {
		args = args[1:]
	} else if filepath.Base(args[0]) != "kubectl-sts" {
		return false
	}
	line := " " + strings.Join(args, " ") + " "
	return slices.ContainsFunc([]string{"-o json", "-ojson", "-o=json", "--output json", "--output=json"}, func(flag string) bool {
		return strings.Contains(line, " "+flag+" ")
	})
}
