package schedule

import (
	"time"
)

// faults are none in a third of the runs.
func (g *generator) faults(m *model, rough bool) []Fault {
	var out []Fault
	for range []int{0, 1, 1, 1, 2, 2, 3}[g.IntN(7)] {
		out = append(out, g.fault(m))
	}
	if rough && g.chance(40) {
		f := Fault{Does: Freeze, After: g.IntN(25), For: time.Duration(1+g.IntN(3)) * time.Second}
		if g.chance(40) {
			f = Fault{Does: Restart, After: g.IntN(25)}
		}
		out = append(out, f)
	}
	return out
}

func (g *generator) fault(m *model) Fault {
	f := Fault{
		Does: g.one(Kill, Kill, Killed, Killed, Int, Term, Stop, Delay, Delay, Drop, Lose, Lose, Repeat, Reject, Reject, Cut, Expire,
			Outage, Foreign),
		After: g.IntN(14),
	}
	milliseconds := func(most int) time.Duration { return time.Duration(50+g.IntN(most)) * time.Millisecond }
	switch f.Does {
	case Kill, Killed, Int, Term:
		if g.chance(75) {
			f.Of, f.After = "write", g.IntN(4)
		}
	case Stop:
		f.For = milliseconds(3000)
	case Delay:
		f.For, f.Times, f.Of = milliseconds(1500), 1+g.IntN(3), g.one("", "write", "read")
	case Drop, Lose, Repeat:
		f.Of, f.After, f.Times = g.one("write", "write", "read"), g.IntN(4), 1+g.IntN(2)
	case Reject:
		codes := []int{409, 410, 429, 500, 503}
		f.Code, f.Of, f.After, f.Times = codes[g.IntN(len(codes))], g.one("write", "read", "watch"), g.IntN(6), 1+g.IntN(4)
	case Cut:
		f.Of, f.After, f.Bytes, f.Times = "watch", g.IntN(4), 1+g.IntN(9000), 1+g.IntN(3)
	case Expire:
		f.Of, f.After, f.Times = "watch", g.IntN(5), 1+g.IntN(2)
	case Outage:
		f.For = milliseconds(2000)
	case Foreign:
		e := g.edit(m)
		f.Edit = &e
		if g.chance(60) {
			f.Of, f.After = "write", g.IntN(5)
		}
	}
	return f
}

func (g *generator) edit(m *model) Edit {
	e := Edit{
		Set: m.Name,
		Does: g.one(Template, Template, Template, Partition, Partition, Replicas, Replicas, Strategy, Strategy,
			DeletePod, DeletePod, DeletePod, DeletePod, DeletePod, DeleteSet, RecreateSet, RecreateSet,
			Annotations, Annotations, Garbage, Garbage, KeepClaim),
	}
	switch e.Does {
	case Template:
		e.Text = g.newImage()
	case Partition:
		e.Number = g.IntN(m.replicas + 1)
	case Replicas:
		e.Number = 1 + g.IntN(4)
		m.replicas = e.Number
	case DeletePod, KeepClaim:
		e.Number = g.IntN(max(1, m.replicas))
	case Garbage:
		e.Text = g.one("", "{", `{"version":1}`, `{"version":99}`, "null", "\x1b[31m")
	}
	return e
}
