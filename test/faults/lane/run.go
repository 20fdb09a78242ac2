package lane

import (
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// run is one run of the plugin, while it runs.
type run struct {
	lane    *lane
	cmd     *exec.Cmd
	started chan struct{} // closed when there is a process
	done    chan struct{} // closed when it has ended

	mu sync.Mutex
	judge.Run
	passed  []int // requests that each fault has seen
	outage  time.Time
	sent    int           // requests
	reached chan struct{} // closed when it has sent as many as its companion waits for
}

// command is the process of a run. At its deadline it is asked where it stands, which
// ends it; a program that it has started must not keep it from ending.
func (r *run) command(ctx context.Context, program string, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Cancel = func() error {
		r.mu.Lock()
		r.Hung = errors.Is(ctx.Err(), context.DeadlineExceeded)
		r.mu.Unlock()
		return cmd.Process.Signal(syscall.SIGQUIT)
	}
	cmd.WaitDelay = 2 * time.Second
	return cmd
}

// wait notes the end of a run.
func (r *run) wait(ended func()) {
	_ = r.cmd.Wait() // ProcessState has it all
	ended()
	r.mu.Lock()
	r.Code = r.cmd.ProcessState.ExitCode()
	if status, ok := r.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		r.Signal = status.Signal().String()
	}
	r.mu.Unlock()
	close(r.done)
}

// signal sends one, and waits for the end after a SIGKILL: a request of its that
// were let through afterwards could be answered.
func (r *run) signal(name string) {
	r.mu.Lock()
	r.Sent = append(r.Sent, name)
	r.mu.Unlock()
	<-r.started
	signals := map[string]syscall.Signal{"KILL": syscall.SIGKILL, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM}
	_ = r.cmd.Process.Signal(signals[name])
	if name == "KILL" {
		<-r.done
	}
}

// stopFor has the process stand still for a while.
func (r *run) stopFor(d time.Duration) {
	<-r.started
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

// request is the one with a number.
func (r *run) request(note int) judge.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Requests[note]
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
	if r.lane.plane.weather.wasBroken(r.Began, r.Ended) {
		r.Disturbed = true
	}
}
