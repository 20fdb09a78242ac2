//go:build linux

package proof

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-sts/kubectl-sts/test/program"
)

// patience is how long anything that a script waits for may take. Nothing is
// judged by it: on a busy machine it is only late.
const patience = 4 * time.Minute

// TestScripts runs the scripts one after another: how long writes stand still is
// measured, so nothing else goes on meanwhile.
func TestScripts(t *testing.T) {
	for _, db := range databases {
		complete := true
		for _, file := range db.scripts(t) {
			ran := false // -run may choose some
			passed := t.Run(db.name+"_"+strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
				ran = true
				testscript.RunT(serial{t}, params(db, file, db.name))
			})
			complete = complete && ran && passed
			if !passed {
				the.tables.Of(db.name).Failed = true
			}
		}
		if complete {
			the.tables.Of(db.name).Complete = true
		}
	}
	presets(t)
}

// presets runs the scripts of all presets, which have a table of their own: they are
// proved together, whatever else of a database is.
func presets(t *testing.T) {
	complete := true
	for _, db := range databases {
		ran := false
		passed := t.Run(db.name+"_preset", func(t *testing.T) {
			ran = true
			testscript.RunT(serial{t}, params(db, filepath.Join("testdata", "presets", db.preset+".txtar"), presetTable))
		})
		complete = complete && ran && passed
		if !passed {
			the.tables.Of(presetTable).Failed = true
		}
	}
	if complete {
		the.tables.Of(presetTable).Complete = true
	}
}

// presetTable is the name of their table.
const presetTable = "presets"

// serial keeps testscript from running a script beside others.
type serial struct{ *testing.T }

func (s serial) Run(_ string, f func(testscript.T)) { s.Helper(); f(s) }
func (s serial) Parallel()                          {}
func (s serial) Verbose() bool                      { return testing.Verbose() }

func params(db database, file, table string) testscript.Params {
	return testscript.Params{
		Files:               []string{file},
		RequireExplicitExec: true,
		Setup:               func(env *testscript.Env) error { return setUp(env, db, table) },
		Condition: func(words string) (bool, error) {
			name, ok := strings.CutPrefix(words, "db:")
			if !ok {
				return false, fmt.Errorf("unknown condition %q", words)
			}
			return name == db.name, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ready":    cmdReady,
			"images":   cmdImages,
			"writes":   cmdWrites,
			"begin":    cmdBegin,
			"proved":   cmdProved,
			"exits":    cmdExits,
			"run":      cmdRun,
			"until":    cmdUntil,
			"ends":     cmdEnds,
			"signal":   cmdSignal,
			"node":     cmdNode,
			"crash":    cmdCrash,
			"freeze":   cmdFreeze,
			"thaw":     cmdThaw,
			"replaced": cmdReplaced,
			"revision": cmdRevision,
			"killed":   cmdKilled,
		},
	}
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// setUp gives a script a namespace, a home directory and a kubeconfig of its own.
func setUp(env *testscript.Env, db database, table string) error {
	namespace := db.name + "-" + notInNames.ReplaceAllString(strings.TrimPrefix(filepath.Base(env.WorkDir), "script-"), "-")
	s := &state{env: env, namespace: namespace, table: table, runs: map[string]*program.Run{}}
	env.Values[stateKey{}] = s
	repository := filepath.Dir(filepath.Dir(the.source))
	content, err := os.ReadFile(the.cluster.Kubeconfig())
	if err != nil {
		return err
	}
	s.kubeconfig = filepath.Join(env.WorkDir, ".kubeconfig")
	own := regexp.MustCompile(`context: \{`).ReplaceAllString(string(content), "context: {namespace: "+namespace+", ")
	if err := os.WriteFile(s.kubeconfig, []byte(own), 0o600); err != nil {
		return err
	}
	for name, value := range map[string]string{
		"KUBECONFIG":     s.kubeconfig,
		"HOME":           env.WorkDir,
		"XDG_STATE_HOME": filepath.Join(env.WorkDir, ".state"),
		"NAMESPACE":      namespace,
		"EXAMPLES":       filepath.Join(repository, "examples"),
		"PATH":           filepath.Join(repository, "bin") + ":" + the.parts.Control + ":" + os.Getenv("PATH"),
	} {
		env.Setenv(name, value)
	}
	for name, value := range db.env() {
		env.Setenv(name, value)
	}
	if _, err := s.kubectl("create", "namespace", namespace); err != nil {
		return err
	}
	env.Defer(s.tearDown)
	return s.wait(time.Now().Add(patience), "serviceaccount/default", "create") // pods are refused before
}

// tearDown ends what the script has left, and waits until the namespace is gone:
// the next script has the machine for itself.
func (s *state) tearDown() {
	for _, p := range s.runs {
		p.Kill()
	}
	if *keep {
		return
	}
	// A second node is the script's that has started it.
	_ = the.cluster.LoseNode(context.Background(), "real-1") // fails where it does not run
	if out, err := s.kubectl("delete", "node", "real-1", "--ignore-not-found"); err != nil {
		fmt.Fprintf(os.Stderr, "proof: node real-1 does not go: %v\n%s\n", err, out)
	}
	if out, err := s.kubectl("delete", "namespace", s.namespace, "--timeout=3m"); err != nil {
		fmt.Fprintf(os.Stderr, "proof: namespace %s does not go: %v\n%s\n", s.namespace, err, out)
	}
}
