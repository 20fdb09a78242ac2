package reporttest

import (
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// UndoPlan takes web-4 back within a disruption budget.
func UndoPlan() plan.Plan {
	free := &plan.Replace{Mode: plan.ReplaceBlocker, Grace: 30 * time.Second, Budgets: true}
	return plan.Plan{
		Verb: "undo", Namespace: "default", Name: "web", UID: "web-uid",
		Title:    "undo of statefulset web: back to revision 1 (web-stable)",
		Details:  []string{"revision 1: the last one before the current one", "the controller replaces: web-4"},
		Diff:     "--- current\n+++ revision 1 (web-stable)\n@@ -1,3 +1,3 @@\n spec:\n-  image: nginx:1.22\n+  image: nginx:1.21\n",
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute,
		Steps: []plan.Step{
			{
				Title:  "put the template of revision 1 back",
				Change: plan.Edit{Template: ststest.Raw("nginx:1.21"), Partition: ptr.To(5), Says: "template, partition 5, record"},
				Until:  plan.Observed{},
			},
			{
				Title: "return web-4", Part: true, Change: plan.Partition(4), Disrupts: []int{4},
				Until: plan.PodsGood{From: 4}, Replace: free,
			},
			{
				Title:  "open the gate for the other pods, which are there already",
				Change: plan.Partition(0), Until: plan.PodsGood{}, Replace: free, Soak: 30 * time.Second,
			},
			{
				Title: "end the undo", Until: plan.RolledOut{},
				Change: plan.Edit{
					Partition: ptr.To(0), Says: "partition 0, no record", Annotations: map[string]*string{"example.com/record": nil},
				},
			},
		},
	}
}

// RestartPlan restarts two pods in an order of the user's, and updates the
// others of an OnDelete set in another.
func RestartPlan() plan.Plan {
	return plan.Plan{
		Verb: "restart", Namespace: "default", Name: "web", UID: "web-uid",
		Title:    "restart of statefulset web: web-3, web-1, soaked for 30s",
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute,
		Steps: []plan.Step{
			{
				Title: "note which pods are to be restarted", Until: plan.Observed{},
				Change: plan.Edit{Says: "record", Annotations: map[string]*string{"example.com/record": ptr.To("r")}},
			},
			{
				Title: "restart web-3, web-1", Soak: 30 * time.Second,
				Until:   plan.PodsRestarted{Pods: map[int]types.UID{1: "web-1-uid", 3: "web-3-uid"}},
				Replace: &plan.Replace{Mode: plan.ReplaceRestart, Order: podorder.Order{Last: "role=primary"}, Budgets: true},
			},
			{
				Title: "update web-2, web-0", Number: 1, Of: 1, Until: plan.PodsUpdated{Count: 5},
				Replace: &plan.Replace{Mode: plan.ReplaceEach, Order: podorder.Order{First: []int{2, 0}}},
			},
		},
	}
}

// ReplacePlan gives two pods new claims; one of them has a claim that somebody has deleted
// already, and one that stays.
func ReplacePlan() plan.Plan {
	claims := []plan.Renewal{
		{Name: "data-web-3", UID: "uid", Ordinal: 3, Volume: "pv-data-web-3", Retain: true, Receipt: true},
		{Name: "data-web-1", UID: "uid", Ordinal: 1, Volume: "pv-data-web-1", Retain: true, Receipt: true},
	}
	return plan.Plan{
		Verb: "replace", Namespace: "default", Name: "web", UID: "web-uid", Made: ststest.Start, Claims: true,
		Title:    "new claims for statefulset web: web-3, web-1",
		Details:  []string{"claims of template data: 10Gi of standard → 5Gi of slow"},
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute,
		Ordinals: []plan.Ordinal{
			{Ordinal: 3, Pod: "web-3", Claims: []plan.ClaimFate{Fate("data-web-3", plan.FateRenewed), Fate("log-web-3", plan.FateKept)}},
			{Ordinal: 1, Pod: "web-1", Claims: []plan.ClaimFate{Fate("data-web-1", plan.FateGoing), Fate("log-web-1", plan.FateKept)}},
		},
		Steps: []plan.Step{
			{
				Title: "note which claims are to be replaced", Until: plan.Observed{},
				Change: plan.Edit{Says: "record", Annotations: map[string]*string{"example.com/record": ptr.To("r")}},
			},
			{
				Title: "replace the claims of web-3, web-1", Until: plan.PodsRenewed{Claims: claims},
				Replace: &plan.Replace{Mode: plan.ReplaceRenew, Claims: claims, Budgets: true},
			},
		},
	}
}

// Fate is what happens to the claim of a template and an ordinal.
func Fate(name string, f plan.Fate, changes ...func(*plan.ClaimFate)) plan.ClaimFate {
	c := plan.ClaimFate{Fate: f, Claim: storage.Claim{
		Name: name, UID: "uid", Size: "10Gi", Class: "fast", Volume: "pv-" + name, Reclaim: "Delete",
		Created: ststest.Start.Add(-50 * time.Hour),
	}}
	for _, change := range changes {
		change(&c)
	}
	return c
}

// ResizePlan grows three claims, the highest ordinal's first.
func ResizePlan() plan.Plan {
	size := func(o int) plan.ClaimSize {
		name := fmt.Sprintf("data-web-%d", o)
		return plan.ClaimSize{Name: name, UID: "uid", Template: "data", Ordinal: o, From: "10Gi", To: "20Gi"}
	}
	is := func(o int, f plan.SizeFate, expandable *bool, changes ...func(*storage.Claim)) plan.Resize {
		c := Fate(size(o).Name, "").Claim
		c.Phase = "Bound"
		for _, change := range changes {
			change(&c)
		}
		return plan.Resize{Claim: c, Ordinal: o, Wanted: "20Gi", Fate: f, Expandable: expandable}
	}
	step := func(o, number int, part bool, growing int, sizes ...plan.ClaimSize) plan.Step {
		change := plan.ResizeClaim{ClaimSize: size(o)}
		return plan.Step{
			Title: change.String(), Number: number, Of: 2, Part: part, Require: plan.Resizable{ClaimSize: size(o)}, Change: change,
			Until: plan.ClaimsResized{Claims: sizes, Growing: growing, Of: 3},
		}
	}
	failed := func(c *storage.Claim) {
		c.Resize = &storage.Resize{Request: "20Gi", Error: "ControllerResizeError", Message: "no\x1b[31m room"}
	}
	return plan.Plan{
		Verb: "resize", Namespace: "default", Name: "web", UID: "web-uid", Made: ststest.Start, Claims: true,
		Title:    "resize 3 claims of statefulset web: data 20Gi",
		Details:  []string{"the claim templates stay as they are: new ordinals get data 10Gi"},
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute,
		Sizes: []plan.Resize{
			is(4, plan.SizeGrows, ptr.To(true)),
			is(3, plan.SizeWaits, nil, failed),
			is(2, plan.SizeLowers, ptr.To(false), func(c *storage.Claim) {
				c.Resize = &storage.Resize{Request: "90Gi", Status: "ControllerResizeInfeasible"}
			}),
			is(1, plan.SizeIs, ptr.To(true), func(c *storage.Claim) { c.Size = "20Gi" }),
		},
		Steps: []plan.Step{
			step(4, 1, false, 0, size(4)), step(3, 2, true, 1, size(3)), step(2, 2, false, 0, size(3), size(2)),
		},
	}
}

// AttributesPlan has two claims get another VolumeAttributesClass, and one of them a size.
func AttributesPlan() plan.Plan {
	p := ResizePlan()
	p.Title, p.Details = "change 3 claims of statefulset web: data 20Gi, VolumeAttributesClass gold (data)", nil
	p.Sizes = slices.Clone(p.Sizes[:3])
	grows, stays, fails := &p.Sizes[0], &p.Sizes[1], &p.Sizes[2]
	*stays, *fails = *grows, *grows
	stays.Claim.Name, stays.Claim.Size, stays.Fate = "data-web-3", "20Gi", plan.SizeStays
	stays.Claim.Attributes = "silver"
	fails.Claim.Name, fails.Claim.Size, fails.Fate = "data-web-2", "20Gi", plan.SizeWaits
	fails.Claim.Attributes = "gold"
	fails.Claim.Modify = &storage.Modify{Has: "silver", Target: "gold", Status: "Infeasible", Message: "no\x1b[31m"}
	p.Steps = slices.Clone(p.Steps[:1])
	size := plan.ClaimSize{
		Name: "data-web-4", UID: "uid", Template: "data", Ordinal: 4, From: "10Gi", To: "20Gi", Attributes: "gold", Had: "silver",
	}
	for i := range p.Sizes {
		p.Sizes[i].Attributes = "gold"
	}
	change, step := plan.ResizeClaim{ClaimSize: size}, &p.Steps[0]
	step.Title, step.Change, step.Require = change.String(), change, plan.Resizable{ClaimSize: size}
	step.Until, step.Of = plan.ClaimsResized{Claims: []plan.ClaimSize{size}, Of: 3}, 1
	return p
}

// ScalePlan takes the set down from 5 to 3; a command runs before each pod goes.
func ScalePlan() plan.Plan {
	hook := func(o int) []plan.Hook {
		return []plan.Hook{{Exec: true, Command: "drain\x1b[31m", Pod: ststest.Pod(o).Name, Ordinal: o}}
	}
	return plan.Plan{
		Verb: "scale", Namespace: "default", Name: "web", UID: "web-uid", Made: ststest.Start, Scales: true, Claims: true,
		Title:    "scale statefulset web from 5 to 3 replicas",
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute,
		Ordinals: []plan.Ordinal{
			{Ordinal: 4, Pod: "web-4", Claims: []plan.ClaimFate{
				Fate("data-web-4", plan.FateRetained), Fate("log-web-4", plan.FateDeleted),
			}},
			{Ordinal: 3, Pod: "web-3", Claims: []plan.ClaimFate{
				Fate("data-web-3", plan.FateKept, func(c *plan.ClaimFate) { c.Why = "annotation\n!" }),
				Fate("log-web-3", plan.FateDeleted, func(c *plan.ClaimFate) { c.Claim.Reclaim = "" }),
			}},
			{Ordinal: 2, Pod: "web-2"},
		},
		Steps: []plan.Step{
			{
				Title: "remove web-4", Number: 1, Of: 2, Before: hook(4), Change: plan.Edit{Replicas: ptr.To(4), Says: "replicas 4"},
				Until: plan.Scaled{From: 4, To: 5},
			},
			{
				Title: "remove web-3", Number: 2, Of: 2, Before: hook(3), Change: plan.Edit{Replicas: ptr.To(3), Says: "replicas 3"},
				Until: plan.Scaled{From: 3, To: 4},
			},
			{
				Title:  "retain volume pv-data-web-4",
				Change: plan.RetainVolume{Claim: "data-web-4", UID: "uid", Volume: "pv-data-web-4"},
				Until:  plan.Observed{},
			},
			{
				Title:  "delete claim data-web-4",
				Change: plan.DeleteClaim{Name: "data-web-4", UID: "uid", Why: "its volume stays", Receipt: true},
				Until:  plan.ClaimsGone{},
			},
		},
	}
}
