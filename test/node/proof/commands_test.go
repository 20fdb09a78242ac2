//go:build linux

package proof

import (
	"context"
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
)

// cmdReady waits until a set has all its pods, each of them ready and in sync.
func cmdReady(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 1, "ready SET")
	s := stateOf(ts)
	for deadline, synced := time.Now().Add(patience), false; ; {
		all, err := s.allReady(args[0], deadline)
		ts.Check(err)
		if all && synced {
			return
		}
		if all {
			ts.Check(s.sync(args[0]))
			synced = true
		}
	}
}

// allReady reports whether a set's pods are there and ready, and waits for them where
// they are not. One after the other things may hold and not all at once: another look
// tells.
func (s *state) allReady(set string, deadline time.Time) (bool, error) {
	set = "statefulset/" + set
	out, err := s.kubectl("get", set, "-o",
		`jsonpath={.metadata.generation},{.status.observedGeneration},{.spec.replicas},{.status.replicas},{.status.readyReplicas}`)
	if err != nil {
		return false, err
	}
	f := strings.Split(out, ",")
	if f[0] == f[1] && f[2] == f[3] && f[2] == f[4] {
		return true, nil
	}
	for field, want := range map[string]string{"observedGeneration": f[0], "replicas": f[2], "readyReplicas": f[2]} {
		if err := s.wait(deadline, set, "jsonpath={.status."+field+"}="+want); err != nil {
			return false, err
		}
	}
	return false, nil
}

// sync waits until each member says itself that it is in sync. A replica whose primary
// was restarted counts as ready for a while, whether it follows again or not: only when it
// does, nothing of the last change is left to happen.
func (s *state) sync(set string) error {
	pods, err := s.pods(set)
	if err != nil {
		return err
	}
	for name := range pods {
		script := "[ ! -f /config/ready.sh ] || until sh /config/ready.sh; do sleep 1; done"
		_, err := s.kubectl("exec", name, "-c", set, "--", "timeout", strconv.Itoa(int(patience.Seconds())), "sh", "-c", script)
		if err != nil {
			return err
		}
	}
	return nil
}

// wait waits until something is true of an object.
func (s *state) wait(deadline time.Time, object, what string) error {
	_, err := s.kubectl("wait", object, "--for="+what, fmt.Sprintf("--timeout=%ds", max(0, int(time.Until(deadline).Seconds()))))
	return err
}

// cmdImages wants a set's pods to be there, ready, each of them at this image.
func cmdImages(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 2, "images SET IMAGE")
	cmdReady(ts, false, args[:1])
	s := stateOf(ts)
	wanted, err := s.kubectl("get", "statefulset", args[0], "-o", "jsonpath={.spec.replicas}")
	ts.Check(err)
	found, err := s.pods(args[0])
	ts.Check(err)
	if strconv.Itoa(len(found)) != wanted {
		ts.Fatalf("%d pods, want %s", len(found), wanted)
	}
	for name, p := range found {
		if p.Image != args[1] {
			ts.Fatalf("%s has the image %s", name, p.Image)
		}
	}
}

// cmdWrites starts the writer, and waits for its first acknowledgement.
func cmdWrites(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 1, "writes DATABASE")
	s := stateOf(ts)
	manifest, err := os.ReadFile(the.source + "/proof/testdata/writer.yaml")
	ts.Check(err)
	_, err = s.kubectlWith(strings.ReplaceAll(string(manifest), "$KIND", args[0]), "apply", "-f", "-")
	ts.Check(err)
	ts.Check(s.wait(time.Now().Add(patience), "pod/writer-"+args[0], "condition=Ready"))
	ts.Check(s.writesGoOn(args[0]))
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
	count, err := strconv.Atoi(before)
	ts.Check(err)
	ts.Check(s.wait(time.Now().Add(patience), "pod/"+args[0],
		fmt.Sprintf("jsonpath={.status.containerStatuses[0].restartCount}=%d", count+1)))
}

// cmdFreeze has the processes of a pod's container stand still, as a machine that is far
// too busy does: they are there and do not answer.
func cmdFreeze(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 1, "freeze POD")
	ts.Check(stateOf(ts).signal(args[0], syscall.SIGSTOP))
}

// cmdThaw has them go on.
func cmdThaw(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 1, "thaw POD")
	ts.Check(stateOf(ts).signal(args[0], syscall.SIGCONT))
}

func (s *state) signal(pod string, signal syscall.Signal) error {
	id, err := s.kubectl("get", "pod", pod, "-o", `jsonpath={.status.containerStatuses[0].containerID}`)
	if err != nil {
		return err
	}
	return cluster.SignalContainer(strings.TrimPrefix(id, "containerd://"), signal)
}

func usage(ts *testscript.TestScript, wrong bool, want string) {
	if wrong {
		ts.Fatalf("usage: %s", want)
	}
}
