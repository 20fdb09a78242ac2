package e2e

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdProxy does something to the requests that the plugin sends from then on, or
// has sent.
//
//	proxy hold|answer VERB RESOURCE[/NAME] [AFTER]
//	proxy held [NUMBER]
//	proxy left
//	proxy release
//	proxy lose|repeat VERB RESOURCE[/NAME] [TIMES]
//	proxy reject CODE VERB RESOURCE[/NAME] [TIMES]
//	proxy up|down|cut
func cmdProxy(ts *testscript.TestScript, w *world, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: proxy hold|answer|held|left|release|lose|repeat|reject|up|down|cut ...")
	}
	p := w.throughProxy(ts)
	switch args[0] {
	case "up":
		ts.Check(p.Up())
	case "down":
		ts.Check(p.Down())
	case "cut":
		p.Cut()
	case "left":
		ts.Check(p.left())
	case "release":
		p.release()
	case "held":
		wanted := 1
		if len(args) > 1 {
			wanted = number(ts, args[1])
		}
		if err := p.standing(wanted); err != nil {
			w.showRuns(ts)
			ts.Fatalf("%v\n%s", err, w.state())
		}
	default:
		one := newRule(ts, args)
		p.mu.Lock()
		p.rules = append(p.rules, one)
		p.mu.Unlock()
	}
}

// cmdKillHeld kills a program at a request of its own: before it gets to the API
// server (hold), or when it has, and nobody has got the answer.
//
//	killheld hold|answer VERB RESOURCE[/NAME] [AFTER] -- PROGRAM ARG...
func cmdKillHeld(ts *testscript.TestScript, w *world, args []string) {
	i := slices.Index(args, "--")
	if i < 3 || len(args) < i+2 || args[0] != holdRequest && args[0] != holdAnswer {
		ts.Fatalf("usage: killheld hold|answer VERB RESOURCE[/NAME] [AFTER] -- PROGRAM ARG...")
	}
	cmdProxy(ts, w, args[:i])
	cmdRun(ts, w, append([]string{"killheld"}, args[i+1:]...))
	cmdProxy(ts, w, []string{"held"})
	cmdSignal(ts, w, []string{"killheld", "KILL"})
	cmdEnds(ts, w, []string{"killheld", "KILL"})
	cmdProxy(ts, w, []string{"left"})
	cmdProxy(ts, w, []string{"release"})
}

// podLogs is a resource whose name is no object's.
const podLogs = "pods/log"

// newRule reads what is to be done to which requests.
func newRule(ts *testscript.TestScript, args []string) *rule {
	one := &rule{does: args[0], times: -1}
	rest := args[1:]
	if one.does == reject && len(rest) > 0 {
		one.code, rest = number(ts, rest[0]), rest[1:]
	}
	known := one.does == holdRequest || one.does == holdAnswer || one.does == lose || one.does == repeat || one.does == reject
	if !known || len(rest) < 2 || len(rest) > 3 {
		ts.Fatalf("proxy %s: unknown, or it lacks a verb and a resource", strings.Join(args, " "))
	}
	one.verb = rest[0]
	if one.resource, one.name, _ = strings.Cut(rest[1], "/"); rest[1] == podLogs {
		one.resource, one.name = podLogs, ""
	}
	if len(rest) == 3 {
		n := number(ts, rest[2])
		if one.does == holdRequest || one.does == holdAnswer {
			one.after = n
		} else {
			one.times = n
		}
	}
	return one
}

// throughProxy has the plugin's requests go through a proxy from now on. Other
// programs reach the API server as before.
func (w *world) throughProxy(ts *testscript.TestScript) *proxy {
	if w.proxy == nil {
		p, err := newProxy(w.cluster.Config)
		ts.Check(err)
		ts.Check(p.WriteKubeconfig(ts.MkAbs(filepath.Join(ts.Getenv("WORK"), "kubeconfig")), w.proxied(ts)))
		w.proxy = p
	}
	return w.proxy
}

func (w *world) proxied(ts *testscript.TestScript) string {
	return filepath.Join(ts.Getenv("WORK"), "kubeconfig-proxied")
}

// kubeconfigFor is the kubeconfig that a program is to have.
func (w *world) kubeconfigFor(ts *testscript.TestScript, program string) string {
	if w.proxy != nil && filepath.Base(program) == "kubectl-sts" {
		return w.proxied(ts)
	}
	return ts.Getenv("KUBECONFIG")
}

// showRuns shows what the programs have said that still run.
func (w *world) showRuns(ts *testscript.TestScript) {
	for _, p := range w.runs {
		p.show(ts)
	}
}
