//go:build linux

package proof

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-sts/kubectl-sts/test/program"
)

var seed = flag.Uint64("seed", 0, "decides when a killed program is killed; 0 takes another one each time")

var anyLine = regexp.MustCompile("")

// cmdKilled runs a program again and again, and kills it each time at a moment of the
// seed's, until it gets to its end. Those moments come later and later: it does get there,
// however slow the machine is.
func cmdKilled(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) < 1, "killed PROGRAM ARG...")
	s, chosen := stateOf(ts), *seed
	for chosen == 0 {
		chosen = rand.Uint64() >> 40
	}
	ts.Logf("killed by the seed %d", chosen)
	moments := rand.New(rand.NewPCG(chosen, 0))
	for kills := 0; ; kills++ {
		p := start(ts, args)
		s.runs["killed"] = p
		ended := killAt(p, moments.IntN(2+kills), time.Duration(moments.IntN(300))*time.Millisecond)
		if !ended {
			continue
		}
		show(ts, p)
		if code := program.Code(p.Cmd.ProcessState); code != "0" {
			ts.Fatalf("exit code %s after %d kills by the seed %d", code, kills, chosen)
		}
		if kills == 0 {
			ts.Fatalf("it has ended before it was killed by the seed %d", chosen)
		}
		s.killed = fmt.Sprintf(", killed %d times (seed %d)", kills, chosen)
		return
	}
}

// killAt kills a program some time after it has said so many lines, and reports whether
// it has ended by itself before.
func killAt(p *program.Run, lines int, after time.Duration) bool {
	for range lines {
		if p.Until(anyLine, patience) != nil {
			break
		}
	}
	select {
	case <-p.Done():
	case <-time.After(after):
		p.Kill()
	}
	return program.Code(p.Cmd.ProcessState) != "KILL"
}
