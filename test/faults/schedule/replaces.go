package schedule

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// withReplaces puts commands into some of the schedules that give ordinals new claims. They
// come from a source of their own: what else a seed stands for is as it would be without.
func withReplaces(s *Schedule) {
	source := rand.New(rand.NewPCG(s.Seed, 0x2e91)) //nolint:gosec // it has to be repeated
	// Images of its own, so that none of them is one of those that another command sets.
	g := &generator{Rand: source, model: map[string]*model{}, image: 200}
	if !g.chance(30) {
		return
	}
	sets := slices.DeleteFunc(slices.Clone(s.Sets), func(set Set) bool { return set.Template == "" })
	for _, set := range sets {
		g.model[set.Name] = &model{Set: set, replicas: set.Replicas}
	}
	for range 1 + g.IntN(2) {
		if len(sets) == 0 {
			return
		}
		acts, at := g.replaces(sets, s.Rough), 0
		if g.chance(60) { // what comes first finds a set that has come to rest
			at = g.IntN(len(s.Acts) + 1)
		}
		s.Acts = slices.Insert(s.Acts, at, acts...)
	}
}

// replaces are some commands about one set, which belong together.
func (g *generator) replaces(sets []Set, rough bool) []Act {
	m := g.model[sets[g.IntN(len(sets))].Name]
	a := g.replacing(m, 8)
	if g.chance(40) {
		return g.replacedAgain(m, a)
	}
	a.Faults = g.replaceFaults(m, rough)
	if g.chance(20) {
		a.Before = append(a.Before, g.interfering(m))
	}
	if g.chance(25) {
		other := g.besideReplace(m, a)
		other.Home = 1 - a.Home
		other.Faults = g.replaceFaults(m, false)
		a.Beside, a.After = &other, 1+g.IntN(25)
	}
	goesOn := g.chance(50)
	if goesOn && g.chance(60) { // or there would be nothing to go on with
		a.Faults = append(a.Faults, Fault{Does: g.one(Kill, Killed, Killed, Lose, Int), Of: "write", After: g.IntN(9)})
	}
	out := []Act{a}
	for ; goesOn && len(out) < 4; goesOn = g.chance(50) {
		next := g.afterReplace(m, a)
		next.Faults = g.replaceFaults(m, rough)
		out = append(out, next)
	}
	return out
}

// replacing is a command that begins a replace. Its one step is over when the last pod is
// back, so it may take longer than that of another verb.
func (g *generator) replacing(m *model, dry int) Act {
	return g.patient(Act{Home: g.IntN(2), Args: g.replace(m)}, dry)
}

// patient gives a command limits of time that are enough for some pods one after another, and
// for volumes to be made.
func (g *generator) patient(a Act, dry int) Act {
	a.Args = append(a.Args, "--patience="+g.one("5s", "10s"), "--step-timeout="+g.one("20s", "30s"))
	a.Args = g.sometimes(15, a.Args, "--timeout="+g.one("5s", "40s"))
	a.Args = g.sometimes(dry, a.Args, "--dry-run="+g.one("client", "server"))
	a.Args = g.sometimes(90, a.Args, "-o", "json")
	return a
}

// replace is of one ordinal, of some or of all, and mostly keeps the old volumes.
func (g *generator) replace(m *model) []string {
	args := []string{"replace", m.Name, "--yes", "--soak=" + g.one("0s", "0s", "500ms", "1s")}
	commands := []string{}
	if g.chance(20) {
		commands = commandFlags[g.IntN(len(commandFlags))]
	}
	args = append(args, commands...)
	all := g.chance(40)
	if all {
		args = append(args, "--all")
	} else {
		args = append(args, "--ordinals="+g.someOrdinals(m))
	}
	args = g.sometimes(20, args, "--claim-templates="+m.Template)
	force := g.chance(10)
	switch {
	case g.chance(20):
		args = append(args, "--pvc=retain-volume")
	case g.chance(25):
		args = append(args, "--pvc=delete")
		if asks := slices.ContainsFunc(commands, func(flag string) bool { return !strings.HasPrefix(flag, "--before") }); all && !asks {
			force = true // nothing asks whether a pod has its data back
		}
	}
	if force {
		args = append(args, "--force")
	}
	args = g.sometimes(20, args, "--retry")
	args = g.sometimes(20, args, "--take-over")
	args = g.sometimes(30, args, "--ignore-pdb")
	return g.sometimes(20, args, "--order=ascending")
}

// someOrdinals are one or more of those that a set has at first.
func (g *generator) someOrdinals(m *model) string {
	first := m.Start + g.IntN(m.Replicas)
	last := m.Start + m.Replicas - 1
	if first == last {
		return fmt.Sprint(first)
	}
	if g.chance(30) {
		return fmt.Sprintf("%d-%d", first, first+1)
	}
	if g.chance(30) {
		return fmt.Sprintf("%d,%d", first, last)
	}
	return fmt.Sprint(first)
}

// replacedAgain is a replace that is killed again and again and goes on each time, as it was
// given or by the name of the set alone, from either home.
func (g *generator) replacedAgain(m *model, a Act) []Act {
	a.Args = slices.DeleteFunc(a.Args, func(arg string) bool {
		return strings.HasPrefix(arg, "--timeout") || strings.HasPrefix(arg, "--dry-run")
	})
	var out []Act
	again := a
	for range 1 + g.IntN(4) {
		again.Home, again.Args = g.IntN(2), slices.Clone(again.Args)
		again.Faults = []Fault{{Does: g.one(Kill, Killed, Killed, Lose, Int, Term), Of: "write", After: g.IntN(9)}}
		again.Before = nil
		if g.chance(20) {
			again.Before = []Edit{g.interfering(m)}
		}
		out = append(out, again)
		if again = a; g.chance(50) {
			again = g.goOn(m)
		}
	}
	again.Home, again.Faults, again.Before = g.IntN(2), nil, nil
	return append(out, again)
}

// goOn goes on with a replace, whatever it is of.
func (g *generator) goOn(m *model) Act {
	args := g.sometimes(60, []string{"replace", m.Name, "--yes"}, "--retry")
	args = g.sometimes(60, args, "--take-over")
	args = g.sometimes(40, args, "--checks-changed")
	return g.patient(Act{Home: g.IntN(2), Args: args}, 0)
}

// afterReplace is what somebody may do after a replace was begun.
func (g *generator) afterReplace(m *model, a Act) Act {
	switch g.IntN(10) {
	case 0, 1, 2, 3:
		return g.goOn(m)
	case 4, 5:
		return g.spoken(Act{Home: g.IntN(2), Args: []string{"abort", m.Name, "--yes"}}, 0)
	case 6:
		return Act{Home: g.IntN(2), Args: []string{"status", m.Name, "-o", "json"}}
	case 7:
		return g.replacing(m, 10)
	default:
		return Act{Home: g.IntN(2), Args: slices.Clone(a.Args)}
	}
}

// besideReplace is a command that somebody else gives at the same time.
func (g *generator) besideReplace(m *model, a Act) Act {
	switch g.IntN(10) {
	case 0, 1:
		return Act{Args: slices.Clone(a.Args)}
	case 2, 3:
		return g.goOn(m)
	case 4, 5:
		return g.spoken(Act{Args: []string{"abort", m.Name, "--yes"}}, 0)
	case 6:
		return g.replacing(m, 0)
	case 7:
		return Act{Args: []string{"prune-pvc", "--yes", "-o", "json"}}
	default:
		return g.spoken(Act{Args: []string{g.one("restart", "hold", "undo"), m.Name, "--yes"}}, 0)
	}
}

// replaceFaults are none in a third of the runs. Each ordinal takes three writes: the volume,
// the claim and the pod, and the record comes before and after.
func (g *generator) replaceFaults(m *model, rough bool) []Fault {
	out := g.faults(m, rough)
	for i := range out {
		f := &out[i]
		if f.Of == "write" && g.chance(60) {
			f.After = g.IntN(9)
		}
		if f.Does != Foreign {
			continue
		}
		d := g.interfering(m)
		f.Edit = &d
		if g.chance(80) {
			f.Of, f.After = "write", g.IntN(9)
		}
	}
	return out
}

// interfering is what somebody else does to a set that gets new claims, or to its claims.
func (g *generator) interfering(m *model) Edit {
	d := Edit{Set: m.Name, Does: g.one(
		DeletePod, DeletePod, DeletePod, DeleteClaim, DeleteClaim, DeleteClaim, KeepClaim, KeepClaim, Replicas, Replicas,
		Annotations, Annotations, Garbage, Template, Partition, Strategy, RecreateSet, DeleteSet,
	)}
	if d.Does == DeleteClaim || d.Does == KeepClaim {
		d.Number = g.IntN(m.replicas)
	}
	g.fill(&d, m)
	return d
}

// Renews reports whether a replace is of an ordinal.
func (a Act) Renews(ordinal int) bool {
	if a.Verb() != "replace" || a.Has("all") {
		return a.Verb() == "replace"
	}
	for _, part := range strings.Split(a.Flag("ordinals"), ",") {
		from, to, ranges := strings.Cut(part, "-")
		if !ranges {
			to = from
		}
		first, err := strconv.Atoi(from)
		last, wrong := strconv.Atoi(to)
		if err == nil && wrong == nil && first <= ordinal && ordinal <= last {
			return true
		}
	}
	return false
}
