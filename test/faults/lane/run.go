package lane

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// run is one run of the plugin, while it runs.
type run struct {
	lane *lane
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended

	mu sync.Mutex
	judge.Run
	passed  []int // requests that each fault has seen
	outage  time.Time
	sent    int           // requests
	reached chan struct{} // closed when it has sent as many as its companion waits for
}

// begin starts a run.
func (l *lane) begin(ctx context.Context, a schedule.Act, why judge.Purpose) (*run, error) {
	r := &run{lane: l, done: make(chan struct{}), reached: make(chan struct{}), passed: make([]int, len(a.Faults))}
	l.mu.Lock()
	r.Run = judge.Run{Number: len(l.runs), Act: a, Why: why}
	l.runs = append(l.runs, r)
	l.mu.Unlock()

	home := filepath.Join(l.work, fmt.Sprintf("home-%d", a.Home))
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	kubeconfig := filepath.Join(l.work, fmt.Sprintf("kubeconfig-%d", r.Number))
	if err := l.writeKubeconfig(kubeconfig, r.token()); err != nil {
		return nil, err
	}
	r.cmd = exec.Command(l.plane.Plugin, a.Args...) //nolint:noctx // it is killed by its deadline
	r.cmd.Dir, r.cmd.Env = home, l.plane.environment(home, kubeconfig)
	r.From, r.Began = l.version(ctx), time.Now()
	before := records(home)
	stdout, stderr := &bytes.Buffer{}, &bytes.Buffer{}
	r.cmd.Stdout, r.cmd.Stderr = stdout, stderr
	// A program that it starts must not keep it from ending.
	r.cmd.WaitDelay = time.Second
	if err := r.cmd.Start(); err != nil {
		return nil, err
	}
	go r.wait(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.Stdout, r.Stderr, r.Ended = stdout.String(), stderr.String(), time.Now()
		for name := range records(home) {
			if !before[name] {
				r.Drawn = append(r.Drawn, name)
			}
		}
	})
	return r, nil
}

func (r *run) token() string { return fmt.Sprintf("run-%d", r.Number) }

// wait ends the run where it does not end by itself.
func (r *run) wait(ended func()) {
	late := time.AfterFunc(r.lane.plane.Hang, func() {
		r.mu.Lock()
		r.Hung = true
		r.mu.Unlock()
		_ = r.cmd.Process.Signal(syscall.SIGQUIT) // it says where it stands
		time.Sleep(2 * time.Second)
		_ = r.cmd.Process.Kill()
	})
	_ = r.cmd.Wait() // ProcessState has it all
	late.Stop()
	ended()
	r.mu.Lock()
	r.Code = r.cmd.ProcessState.ExitCode()
	if status, ok := r.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		r.Signal = status.Signal().String()
	}
	r.mu.Unlock()
	close(r.done)
}

// records are the files in the folder of records below a home.
func records(home string) map[string]bool {
	out := map[string]bool{}
	files, _ := filepath.Glob(filepath.Join(home, ".local", "state", "kubectl-sts", "pruned", "*")) // the pattern is well-formed
	for _, name := range files {
		out[name] = true
	}
	return out
}

// writeKubeconfig makes the kubeconfig of one run: the token says which.
func (l *lane) writeKubeconfig(file, token string) error {
	if err := l.passage.WriteKubeconfig(l.plane.Cluster.Kubeconfig, file); err != nil {
		return err
	}
	config, err := clientcmd.LoadFromFile(file)
	if err != nil {
		return err
	}
	here := config.Contexts[config.CurrentContext]
	here.Namespace = l.namespace
	config.AuthInfos = map[string]*clientcmdapi.AuthInfo{here.AuthInfo: {Token: token}}
	return clientcmd.WriteToFile(*config, file)
}

// signal sends one, and waits for the end after a SIGKILL: a request of its that
// were let through afterwards could be answered.
func (r *run) signal(name string) {
	r.mu.Lock()
	r.Sent = append(r.Sent, name)
	r.mu.Unlock()
	signals := map[string]syscall.Signal{"KILL": syscall.SIGKILL, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM}
	_ = r.cmd.Process.Signal(signals[name])
	if name == "KILL" {
		<-r.done
	}
}

// stopFor has the process stand still for a while.
func (r *run) stopFor(d time.Duration) {
	_ = r.cmd.Process.Signal(syscall.SIGSTOP)
	time.AfterFunc(d, func() { _ = r.cmd.Process.Signal(syscall.SIGCONT) })
}

// due are the faults that are to happen at a request of this kind, which counts.
func (r *run) due(kind string, now time.Time) []schedule.Fault {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent++
	if r.Act.Beside != nil && r.sent == r.Act.After {
		close(r.reached)
	}
	if now.Before(r.outage) {
		return []schedule.Fault{{Does: schedule.Drop}}
	}
	var out []schedule.Fault
	for i, f := range r.Act.Faults {
		if f.Of != "" && f.Of != kind {
			continue
		}
		n := r.passed[i]
		r.passed[i]++
		if n < f.After || n >= f.After+max(1, f.Times) {
			continue
		}
		out = append(out, f)
		switch f.Does {
		case schedule.Outage:
			r.outage, r.Disturbed = now.Add(f.For), true
		case schedule.Kill, schedule.Killed, schedule.Int, schedule.Term, schedule.Foreign:
		default:
			r.Disturbed = true
		}
	}
	return out
}

// noted adds a request and returns its number.
func (r *run) noted(q judge.Request) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Requests = append(r.Requests, q)
	return len(r.Requests) - 1
}

func (r *run) write(note int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Requests[note].Write
}

func (r *run) body(note int) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Requests[note].Body
}

// arrived notes that a request was sent on, and what was answered. The first
// answer counts where it was sent twice and the second was refused.
func (r *run) arrived(note, code int, answer []byte) {
	var object struct {
		Metadata struct {
			UID             string `json:"uid"`
			ResourceVersion string `json:"resourceVersion"`
		} `json:"metadata"`
	}
	_ = json.Unmarshal(answer, &object) // not every answer is an object
	r.mu.Lock()
	defer r.mu.Unlock()
	q := &r.Requests[note]
	q.Arrived = true
	if code == 0 || q.Code > 0 && q.Code < 300 {
		return
	}
	q.Code = code
	q.UID, q.Version = object.Metadata.UID, number(object.Metadata.ResourceVersion)
}

// end waits for the end of a run, and closes what is to be known about it.
func (r *run) end(ctx context.Context) {
	<-r.done
	to := r.lane.version(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.To = to
	if r.lane.plane.wasBroken(r.Began, r.Ended) {
		r.Disturbed = true
	}
}
