package reporttest

import (
	"encoding/json"
	"time"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// RecreatePlan gives the set another Service, around its two pods.
func RecreatePlan() plan.Plan {
	const record = `{"version":1,"id":"run"}`
	before := json.RawMessage(`{"metadata":{"name":"web"},"spec":{"replicas":2,"serviceName":"old\u001b[31m"}}`)
	after := json.RawMessage(`{"metadata":{"name":"web"},"spec":{"replicas":2,"serviceName":"new"}}`)
	kept := saved.Set{
		Version: saved.Format, ID: "run", Name: "web", Started: ststest.Start, UID: "web-uid", Changed: []string{"serviceName: old to new"},
		Pods: saved.Pods{"web-0": "web-0-uid", "web-1": "web-1-uid"}, Update: ststest.Stable,
		Managed: json.RawMessage(`[{"manager":"helm"}]`), Before: before, Manifest: after,
	}
	step := func(number int, part bool, change plan.Change, until plan.Condition) plan.Step {
		return plan.Step{Title: change.String(), Number: number, Of: 3, Part: part, Change: change, Until: until}
	}
	keep := step(1, false, plan.Edit{
		Retention: ptr.To(plan.Retention("Retain")), WhenDeleted: ptr.To(plan.Retention("Retain")),
		Annotations: map[string]*string{saved.Annotation: ptr.To(record)}, Says: "whenScaled and whenDeleted Retain, record",
	}, plan.ClaimsUnowned{})
	keep.Title = "keep the claims when the set is deleted"
	restore := step(3, true, plan.Edit{
		Partition: ptr.To(0), Retention: ptr.To(plan.Retention("Retain")), WhenDeleted: ptr.To(plan.Retention("Delete")),
		Annotations: map[string]*string{saved.Annotation: nil}, Says: "partition and retention policy as before, record removed",
	}, plan.Observed{})
	restore.Title = "restore what was changed"
	save := step(1, true, plan.SaveSet{Saved: kept}, plan.Observed{})
	save.Require = plan.PodsGood{}
	return plan.Plan{
		Verb: "recreate", Namespace: "default", Name: "web", UID: "web-uid", Made: ststest.Start, Record: saved.Annotation, Claims: true,
		Title: "recreate statefulset web around its pods: serviceName: old to new",
		Success: "statefulset web was recreated around its pods: serviceName: old to new; its pods keep the old name until they are " +
			"restarted",
		Details: []string{
			"serviceName: old to new: pods keep the old name in DNS until they are restarted",
			"the set is deleted and created again around its 2 pods; none restarts for it",
			"it is saved in configmap kubectl-sts.web first; if the run is killed, resume with: kubectl sts recreate web",
		},
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute,
		Steps: []plan.Step{
			save, keep,
			step(2, true, plan.DeleteSet{Name: "web", UID: "web-uid", ID: "run", Before: before}, plan.SetGone{UID: "web-uid"}),
			step(2, false, plan.CreateSet{Name: "web", Was: "web-uid", Mark: record, Manifest: after},
				plan.Adopted{Revision: ststest.Stable, Pods: []string{"web-0", "web-1"}}),
			restore,
			step(3, true, plan.RestoreManagers{Entries: kept.Managed}, plan.Observed{}),
			step(3, false, plan.ForgetSet{Name: "web", ID: "run"}, plan.Observed{}),
		},
	}
}

// away is a run of it that has deleted the set.
func away() *Tale {
	return NewTale(RecreatePlan()).Step().House().Step().
		Tell(engine.Event{Type: engine.EventWait, Message: "the garbage collector to orphan the pods and remove the set"})
}

func recreated() *Tale {
	t := away().House().Step().Step().House()
	return t.End(engine.Outcome{Result: engine.Done, Message: t.Plan.Success + "; the set did not exist for 52ms"})
}

func recreatedOtherwise() *Tale {
	return away().Step().End(engine.Outcome{
		Result: engine.Halted, Reason: "OtherRevision", Try: hinttest.List("resume: kubectl sts recreate web"),
		Message: "the new set has revision web-other and its pods have web-stable: the controller takes their templates for " +
			"different ones. No pod is replaced while the gate is closed",
	})
}

func recreateInterrupted() *Tale {
	return away().Next().End(engine.Outcome{
		Result: engine.Interrupted, Message: "interrupted; the set was created again, with its gate closed",
		Try: hinttest.List("resume: kubectl sts recreate web"),
	})
}
