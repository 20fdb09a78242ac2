package e2e

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/test/controlplane"
)

// atMost is what all scripts together may take. A script that hangs then ends
// with a look at where its program stood, and not with go test's panic.
const atMost = 60 * time.Minute

// TestScripts runs every script of testdata/script, each in a namespace of its
// own. Those whose names begin with apiserver_ or frozen_ get a cluster of their
// own, because they break it or bring it to a standstill.
func TestScripts(t *testing.T) {
	require.NoError(t, clusters.SweepOld())
	janitor, err := clusters.StartJanitor()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, janitor.Done()) })
	dir := t.TempDir()
	built := make(chan error, 1)
	go func() { built <- controlplane.BuildPlugin(t.Context(), dir) }()

	name := clusters.Name()
	require.NoError(t, janitor.Watch(name))
	plane, err := controlplane.Start(name)
	require.NoError(t, err)
	require.NoError(t, <-built)
	shared := &cluster{plane}

	h := &harness{janitor: janitor, plugin: dir, programs: t.TempDir(), cache: filepath.Join(dir, "cache"), shared: shared}
	deadline := time.Now().Add(atMost)
	if end, ok := t.Deadline(); ok && end.Before(deadline) {
		deadline = end
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		Setup:               h.setup,
		Cmds:                commands(),
		Condition:           shared.condition,
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Deadline:            deadline,
	})
}

// harness is what all scripts share.
type harness struct {
	janitor  *controlplane.Janitor
	plugin   string // the directory of the program under test
	programs string // of those that are no kubectl plugin, and not in PATH
	cache    string // of kubectl's discovery
	shared   *cluster
}

// setup makes the world of one script.
func (h *harness) setup(env *testscript.Env) error {
	c := h.shared
	name := strings.TrimPrefix(filepath.Base(env.WorkDir), "script-")
	if suffix, ok := ownCluster(name); ok {
		own := clusters.Name() + "-" + suffix
		err := h.janitor.Watch(own)
		if err != nil {
			return err
		}
		plane, err := controlplane.Start(own)
		if err != nil {
			return err
		}
		c = &cluster{plane}
		env.Defer(func() { _ = clusters.Down(own) }) // the janitor would, at the very end
	}
	for key, value := range c.environment(env.WorkDir, h.plugin, h.cache) {
		env.Setenv(key, value)
	}
	w, err := newWorld(c, name, env.WorkDir)
	if err != nil {
		return err
	}
	w.programs = h.programs
	env.Defer(w.leave)
	env.Setenv("NAMESPACE", w.namespace)
	recipes, err := filepath.Abs(recipesDir)
	if err != nil {
		return err
	}
	env.Setenv("RECIPES", recipes)
	env.Values[worldKey{}] = w
	return nil
}

// commands are what the scripts have besides testscript's own. A ! before any
// of them is an error.
func commands() map[string]func(*testscript.TestScript, bool, []string) {
	all := map[string]func(*testscript.TestScript, *world, []string){
		"apiserver":  cmdAPIServer,
		"apply":      cmdApply,
		"ends":       cmdEnds,
		"exits":      cmdExits,
		"fix":        cmdFix,
		"fixfile":    cmdFixFile,
		"flux":       cmdFlux,
		"freeze":     cmdFreeze,
		"gated":      cmdGated,
		"helm3":      cmdHelm3,
		"hold":       cmdHold,
		"says":       cmdSays,
		"idle":       cmdIdle,
		"inpod":      cmdInPod,
		"inturn":     cmdInTurn,
		"lacking":    cmdLacking,
		"lasted":     cmdLasted,
		"let":        cmdLet,
		"killat":     cmdKillAt,
		"killoften":  cmdKillOften,
		"killheld":   cmdKillHeld,
		"made":       cmdMade,
		"observed":   cmdObserved,
		"mark":       cmdMark,
		"may":        cmdMay,
		"needs":      cmdNeeds,
		"objects":    cmdObjects,
		"oneatatime": cmdOneAtATime,
		"partitions": cmdPartitions,
		"prometheus": cmdPrometheus,
		"proved":     cmdProved,
		"proxy":      cmdProxy,
		"reads":      cmdReads,
		"ready":      cmdReady,
		"recipe":     cmdRecipe,
		"record":     cmdRecord,
		"replicas":   cmdReplicas,
		"role":       cmdRole,
		"run":        cmdRun,
		"runscreen":  cmdRunScreen,
		"runtty":     cmdRunTTY,
		"settled":    cmdSettled,
		"signal":     cmdSignal,
		"thaw":       cmdThaw,
		"touched":    cmdTouched,
		"type":       cmdType,
		"unchanged":  cmdUnchanged,
		"until":      cmdUntil,
		"writes":     cmdWrites,
	}
	out := map[string]func(*testscript.TestScript, bool, []string){}
	for name, run := range all {
		out[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			w, ok := ts.Value(worldKey{}).(*world)
			if neg || !ok {
				ts.Fatalf("unsupported: ! %s", name)
			}
			run(ts, w, args)
		}
	}
	return out
}
