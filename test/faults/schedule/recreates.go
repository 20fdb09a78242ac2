package schedule

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// The sizes that claims and their templates get. Every set begins with the first.
var sizes = []string{"1Gi", "1536Mi", "2Gi", "3Gi"}

// FirstSize is what the claim templates of every set ask for at first.
const FirstSize = "1Gi"

// Manifest is the file that a recreate is given: a set of the schedule with these fields,
// which no update may change.
type Manifest struct {
	Set      string `json:"set"`
	Parallel bool   `json:"parallel,omitempty"`
	Service  string `json:"service,omitempty"` // empty for the set's name
	Size     string `json:"size,omitempty"`    // of its claim template, empty for the first one
}

// File is what a manifest is called in the directory in which its run begins.
func (m Manifest) File() string { return m.Set + ".json" }

// withRecreates puts commands into some of the schedules that resize claims, or recreate a
// set around its pods. They come from a source of their own: what else a seed stands for is
// as it would be without.
func withRecreates(s *Schedule) {
	source := rand.New(rand.NewPCG(s.Seed, 0x2ec2)) //nolint:gosec // it has to be repeated
	// Images of its own, so that none of them is one of those that a canary sets.
	g := &generator{Rand: source, model: map[string]*model{}, image: 100}
	if !g.chance(40) {
		return
	}
	for _, set := range s.Sets {
		g.model[set.Name] = &model{Set: set, replicas: set.Replicas}
	}
	for range 1 + g.IntN(2) {
		acts, at := g.recreates(s.Sets, s.Rough), 0
		if g.chance(60) { // what comes first finds a set that has come to rest
			at = g.IntN(len(s.Acts) + 1)
		}
		s.Acts = slices.Insert(s.Acts, at, acts...)
	}
}

// recreates are some commands about one set, which belong together.
func (g *generator) recreates(sets []Set, rough bool) []Act {
	m := g.model[sets[g.IntN(len(sets))].Name]
	a := g.changing(m)
	if g.chance(40) {
		return g.killedAgain(m, a)
	}
	a.Faults = g.recreateFaults(m, rough)
	if g.chance(15) {
		a.Before = append(a.Before, g.meddling(m))
	}
	if g.chance(25) {
		other := g.beside(m, a)
		other.Home = 1 - a.Home
		other.Faults = g.recreateFaults(m, false)
		a.Beside, a.After = &other, 1+g.IntN(25)
	}
	goesOn := g.chance(60)
	if goesOn && g.chance(60) { // or there would be nothing to go on with
		a.Faults = append(a.Faults, Fault{Does: g.one(Kill, Killed, Killed, Lose, Int), Of: "write", After: g.IntN(7)})
	}
	out := []Act{a}
	for ; goesOn && len(out) < 4; goesOn = g.chance(60) {
		next := g.next(m, a)
		next.Faults = g.recreateFaults(m, rough)
		out = append(out, next)
	}
	return out
}

// changing is a command that begins something.
func (g *generator) changing(m *model) Act {
	a := Act{Home: g.IntN(2)}
	if m.Template != "" && g.chance(55) {
		a.Args = g.resize(m)
	} else {
		manifest := g.manifest(m)
		a.Manifest = &manifest
		a.Args = []string{"recreate", "-f", manifest.File(), "--yes"}
	}
	return g.spoken(a, 10)
}

// spoken gives a command the limits of time, and mostly has it print JSON.
func (g *generator) spoken(a Act, dry int) Act {
	a.Args = g.limits(a.Args...)
	a.Args = g.sometimes(dry, a.Args, "--dry-run="+g.one("client", "server"))
	a.Args = g.sometimes(90, a.Args, "-o", "json")
	return a
}

func (g *generator) resize(m *model) []string {
	args := []string{"resize", m.Name, "--yes", "--size=" + g.one(sizes[1:]...)}
	switch g.IntN(10) {
	case 0, 1, 2:
		args = append(args, "--claims-only")
		args = g.sometimes(30, args, fmt.Sprintf("--ordinals=%d", m.Start+g.IntN(m.replicas)))
	case 3, 4:
		args = append(args, "--template-only")
		args[3] = "--size=" + g.one(append([]string{"500Mi"}, sizes...)...)
	case 5:
		args[3] = "--grow=" + g.one("10%", "50%")
		args = g.sometimes(50, args, "--claims-only")
	}
	return g.sometimes(40, args, "--concurrency=1")
}

// manifest has another value in one of the fields at least.
func (g *generator) manifest(m *model) Manifest {
	out := Manifest{Set: m.Name, Parallel: m.Parallel}
	most := 3
	if m.Template == "" {
		most = 2
	}
	switch g.IntN(most) {
	case 0:
		out.Parallel = !m.Parallel
	case 1:
		out.Service = g.one("peers", "others")
	default:
		out.Size = g.one("500Mi", "2Gi", "3Gi")
		out.Parallel = g.chance(30) != m.Parallel
	}
	return out
}

// killedAgain is a command that is killed again and again and goes on each time, as itself or
// as what resumes it, from either home.
func (g *generator) killedAgain(m *model, a Act) []Act {
	a.Args = slices.DeleteFunc(a.Args, func(arg string) bool {
		return strings.HasPrefix(arg, "--timeout") || strings.HasPrefix(arg, "--dry-run")
	})
	var out []Act
	for range 1 + g.IntN(3) {
		again := a
		if len(out) > 0 && a.Verb() == "recreate" {
			again = g.resume(m)
		}
		again.Home, again.Args = g.IntN(2), slices.Clone(again.Args)
		again.Faults = []Fault{{Does: g.one(Kill, Killed, Killed, Lose, Int, Term), Of: "write", After: g.IntN(8)}}
		if g.chance(30) {
			d := g.meddling(m)
			again.Before = []Edit{d}
		}
		out = append(out, again)
	}
	if a.Verb() == "recreate" {
		a = g.resume(m)
	}
	return append(out, a)
}

// resume goes on with a recreate.
func (g *generator) resume(m *model) Act {
	return g.spoken(Act{Home: g.IntN(2), Args: []string{"recreate", m.Name, "--yes"}}, 0)
}

// next is what somebody may do after a command that has begun something.
func (g *generator) next(m *model, a Act) Act {
	switch g.IntN(10) {
	case 0, 1, 2, 3:
		return g.resume(m)
	case 4, 5:
		return g.spoken(Act{Home: g.IntN(2), Args: []string{"recreate", m.Name, "--cancel", "--yes"}}, 0)
	case 6:
		return Act{Home: g.IntN(2), Args: []string{"status", m.Name, "-o", "json"}}
	case 7:
		return g.changing(m)
	default:
		again := Act{Home: g.IntN(2), Manifest: a.Manifest, Args: slices.Clone(a.Args)}
		return again
	}
}

// beside is a command that somebody else gives at the same time.
func (g *generator) beside(m *model, a Act) Act {
	switch g.IntN(9) {
	case 0, 1:
		return Act{Manifest: a.Manifest, Args: slices.Clone(a.Args)}
	case 2, 3:
		return g.resume(m)
	case 4:
		return g.spoken(Act{Args: []string{"recreate", m.Name, "--cancel", "--yes"}}, 0)
	case 5:
		return g.changing(m)
	case 6:
		return g.spoken(Act{Args: []string{"prune-pvc", "--deleted-sets", "--yes"}}, 0)
	case 7:
		return Act{Args: []string{"status", m.Name, "-o", "json"}}
	default:
		return g.spoken(Act{Args: []string{g.one("restart", "hold"), m.Name, "--yes"}}, 0)
	}
}

// recreateFaults are none in a third of the runs. The writes of a recreate are more than
// those of another verb: what is written down, what keeps the claims, the deletion, the
// creation, and what is put back.
func (g *generator) recreateFaults(m *model, rough bool) []Fault {
	out := g.faults(m, rough)
	for i := range out {
		f := &out[i]
		if f.Of == "write" && g.chance(60) {
			f.After = g.IntN(8)
		}
		if f.Does != Foreign {
			continue
		}
		d := g.meddling(m)
		f.Edit = &d
		if g.chance(80) {
			f.Of, f.After = "write", g.IntN(8)
		}
	}
	if g.chance(30) { // while there is no set, or what was written down is all that there is
		d := Edit{Set: m.Name, Does: g.one(RecreateSet, ForgetSaved, DeletePod, Template, Replicas, Partition)}
		g.fill(&d, m)
		out = append(out, Fault{Does: Foreign, Of: "write", After: 1 + g.IntN(6), Edit: &d})
	}
	if g.chance(15) {
		late := time.Duration(100+g.IntN(1500)) * time.Millisecond
		out = append(out, Fault{Does: Delay, Of: "write", For: late, After: g.IntN(6), Times: 1})
	}
	return out
}

// meddling is what somebody else does to a set that is being recreated, or to its claims.
func (g *generator) meddling(m *model) Edit {
	d := Edit{Set: m.Name, Does: g.one(
		RecreateSet, RecreateSet, ForgetSaved, ForgetSaved, DeletePod, DeletePod, DeletePod, Template, Template, Replicas, Replicas,
		Partition, Strategy, Annotations, Garbage, DeleteSet, Claim, Claim,
	)}
	if m.Template == "" && d.Does == Claim {
		d.Does = DeletePod
	}
	g.fill(&d, m)
	return d
}

// fill draws what an edit needs beside its kind.
func (g *generator) fill(d *Edit, m *model) {
	switch d.Does {
	case Template:
		d.Text = g.newImage()
	case Partition:
		d.Number = g.IntN(m.replicas + 1)
	case Replicas:
		d.Number = 1 + g.IntN(4)
	case DeletePod:
		d.Number = g.IntN(m.replicas)
	case Claim:
		d.Number, d.Text = g.IntN(m.replicas), g.one(sizes[1:]...)
	case Garbage:
		d.Text = g.one("", "{", `{"version":1}`, `{"version":99}`, "null")
	}
}
