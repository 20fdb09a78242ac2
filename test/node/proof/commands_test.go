//go:build linux

package proof

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-sts/kubectl-sts/test/node/cluster"
	"github.com/kubectl-sts/kubectl-sts/test/node/machine"
	"github.com/kubectl-sts/kubectl-sts/test/node/table"
)

// cmdReady waits until a set has all its pods, each of them ready.
func cmdReady(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 1, "ready SET")
	s := stateOf(ts)
	ts.Check(s.eventually("set "+args[0]+" gets ready", func() error {
		out, err := s.kubectl("get", "statefulset", args[0], "-o",
			`jsonpath={.spec.replicas} {.status.replicas} {.status.readyReplicas} {.metadata.generation} {.status.observedGeneration}`)
		if err != nil {
			return err
		}
		f := strings.Fields(out)
		if len(f) != 5 || f[0] != f[1] || f[0] != f[2] || f[3] != f[4] {
			return fmt.Errorf("wanted, there, ready, generation, observed: %v", f)
		}
		return nil
	}))
}

// cmdImages wants a set's pods to be there, ready, each of them at this image.
func cmdImages(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 2, "images SET IMAGE")
	cmdReady(ts, false, args[:1])
	out, err := stateOf(ts).kubectl("get", "pods", "-l", "app="+args[0], "-o", `jsonpath={.items[*].spec.containers[0].image}`)
	ts.Check(err)
	for _, image := range strings.Fields(out) {
		if image != args[1] {
			ts.Fatalf("pods have the images %s", out)
		}
	}
}

// cmdPoll runs a program until it succeeds.
func cmdPoll(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) == 0, "poll PROGRAM ARG...")
	ts.Check(stateOf(ts).eventually(strings.Join(args, " "), func() error { return ts.Exec(args[0], args[1:]...) }))
}

// cmdWrites starts the writer, and waits for its first acknowledgement.
func cmdWrites(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 1, "writes DATABASE")
	s := stateOf(ts)
	manifest, err := os.ReadFile(the.source + "/proof/testdata/writer.yaml")
	ts.Check(err)
	_, err = s.kubectlWith(strings.ReplaceAll(string(manifest), "$KIND", args[0]), "apply", "-f", "-")
	ts.Check(err)
	_, err = s.acknowledged(args[0], time.Now())
	ts.Check(err)
}

// cmdBegin begins a scenario: pauses count from now on.
func cmdBegin(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 2, "begin CHANGE BY")
	s := stateOf(ts)
	s.change, s.by, s.since = args[0], args[1], time.Now()
}

// cmdProved ends a scenario: writes go on, and all that was acknowledged is there.
// The negative is true where something is missing, and is no row of the table.
func cmdProved(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, len(args) != 2, "[!] proved DATABASE HOW-IT-ENDED")
	s := stateOf(ts)
	if s.since.IsZero() {
		ts.Fatalf("no scenario has begun")
	}
	_, err := s.acknowledged(args[0], time.Now())
	ts.Check(err)
	v, err := s.check(args[0], s.since)
	ts.Check(err)
	ts.Logf("%d acknowledged, %d found, longest pause %d ms from %s", v.Acknowledged, v.Found, v.Pause, v.PauseBegan)
	lost := len(v.Missing) > 0 || v.Found != v.Acknowledged || v.Acknowledged == 0
	if lost != neg {
		ts.Fatalf("acknowledged and not found: %v", v.Missing)
	}
	s.since = time.Time{}
	if neg {
		return
	}
	the.tables.Add(args[0], table.Row{
		Change: s.change, By: s.by, Acknowledged: v.Acknowledged, Found: v.Found,
		Pause: time.Duration(v.Pause) * time.Millisecond, Ended: args[1],
	})
}

// A verdict is the writer's.
type verdict struct {
	Acknowledged, Found int
	Missing             []int64
	Pause               int64
	PauseBegan          time.Time
}

func (s *state) check(database string, since time.Time) (verdict, error) {
	var v verdict
	out, err := s.kubectl("exec", "writer-"+database, "--", "/writer", "check", "-since", strconv.FormatInt(since.UnixMilli(), 10))
	if err != nil {
		return v, err
	}
	err = json.Unmarshal([]byte(out), &v)
	return v, err
}

// acknowledged waits until something was acknowledged after a moment.
func (s *state) acknowledged(database string, after time.Time) (v verdict, err error) {
	return v, s.eventually("writes to "+database, func() error {
		if v, err = s.check(database, after); err == nil && v.Acknowledged == 0 {
			err = errors.New("nothing is acknowledged")
		}
		return err
	})
}

// cmdExits runs a program, which must end with this code.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) < 2, "exits CODE PROGRAM ARG...")
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// cmdNode kills a process of the cluster outright, or starts it again; or a whole node.
func cmdNode(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 2, "node kill|start PROCESS, or node lose|up NODE")
	ctx := context.Background()
	switch args[0] {
	case "kill":
		ts.Check(machine.Kill(ctx, the.cluster.Dir, args[1], syscall.SIGKILL))
	case "start":
		ts.Check(machine.Start(ctx, the.cluster.Dir, args[1]))
	case "lose":
		ts.Check(the.cluster.LoseNode(ctx, args[1]))
	case "up":
		ts.Check(the.cluster.StartNode(ctx, the.parts, args[1]))
	default:
		ts.Fatalf("node %s", args[0])
	}
}

// cmdCrash kills the process of a pod's container outright, and waits until the
// kubelet has started it again.
func cmdCrash(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 1, "crash POD")
	s := stateOf(ts)
	const container = `jsonpath={.status.containerStatuses[0].containerID}`
	const restarts = `jsonpath={.status.containerStatuses[0].restartCount}`
	id, err := s.kubectl("get", "pod", args[0], "-o", container)
	ts.Check(err)
	before, err := s.kubectl("get", "pod", args[0], "-o", restarts)
	ts.Check(err)
	ts.Check(cluster.KillContainer(strings.TrimPrefix(id, "containerd://")))
	ts.Check(s.eventually(args[0]+" restarts", func() error {
		now, err := s.kubectl("get", "pod", args[0], "-o", restarts)
		if err == nil && now == before {
			err = fmt.Errorf("%s restarts", now)
		}
		return err
	}))
}

func usage(ts *testscript.TestScript, wrong bool, want string) {
	if wrong {
		ts.Fatalf("usage: %s", want)
	}
}
