package schedule

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// commandFlags are what a run does for each pod beside its own work: nothing of it says
// no, so whatever a run comes to has another reason.
var commandFlags = [][]string{
	{"--before-cmd=true"},
	{"--after-cmd=true"},
	{"--before-cmd=sleep 0.2", "--after-cmd=true"},
	{"--check-cmd=true", "--check-every=1s", "--check-pass=1"},
	{"--before-cmd=true", "--check-cmd=sleep 0.1", "--check-every=1s", "--check-pass=2"},
	{"--check-http=:1/", "--check-every=1s", "--skip-baseline", "--check-unknown=2"},
}

// withCommands gives some of the commands flags for each pod, from a source of their own:
// what else a seed stands for is as it would be without. A command that is given again
// has the same ones, as a pipeline that starts a job once more.
func withCommands(seed uint64, acts []Act) {
	source := rand.New(rand.NewPCG(seed, 0xc0de)) //nolint:gosec // it has to be repeated
	drawn := map[string][]string{}
	give := func(a *Act) {
		if !slices.Contains([]string{"canary", "restart", "undo", "scale"}, a.Verb()) {
			return
		}
		key := strings.Join(a.Args, " ")
		flags, known := drawn[key]
		if !known {
			if source.IntN(100) < 20 {
				flags = commandFlags[source.IntN(len(commandFlags))]
			}
			drawn[key] = flags
		}
		for _, flag := range flags {
			if name, _, _ := strings.Cut(strings.TrimPrefix(flag, "--"), "="); !a.Has(name) {
				a.Args = append(a.Args, flag)
			}
		}
	}
	for i := range acts {
		give(&acts[i])
		if acts[i].Beside != nil {
			give(acts[i].Beside)
		}
	}
}
