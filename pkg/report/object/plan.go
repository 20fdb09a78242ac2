package object

import (
	"io"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
)

// planView is a plan as a program reads it.
type planView struct {
	Verb        string        `json:"verb"`
	Title       string        `json:"title"`
	Details     []string      `json:"details,omitempty"`
	Images      []ImageChange `json:"images,omitempty"`
	Diff        string        `json:"diff,omitempty"`
	Warnings    []string      `json:"warnings,omitempty"`
	Patience    string        `json:"patience"`
	StepTimeout string        `json:"stepTimeout"`
	Timeout     string        `json:"timeout,omitempty"`
	Ordinals    []ordinalView `json:"ordinals,omitempty"`
	Sizes       []sizeView    `json:"sizes,omitempty"`
	Steps       []stepView    `json:"steps"`
	// Reconcilers are who else writes what the plan writes.
	Reconcilers []reconcilerView `json:"reconcilers,omitempty"`
}

type stepView struct {
	Step   int      `json:"step,omitempty"`
	Title  string   `json:"title"`
	Before []string `json:"before,omitempty"`
	After  []string `json:"after,omitempty"`
	Change *change  `json:"change,omitempty"`
	// Disrupts are ordinals that a PodDisruptionBudget must let go first.
	Disrupts []int    `json:"disrupts,omitempty"`
	Until    string   `json:"until"`
	Frees    string   `json:"frees,omitempty"`
	Order    string   `json:"order,omitempty"`
	Soak     string   `json:"soak,omitempty"`
	Checks   []string `json:"checks,omitempty"` // their names
	Gate     string   `json:"gate,omitempty"`
	Next     string   `json:"next,omitempty"`
}

// change is a write as a program reads it.
type change struct {
	Kind        string             `json:"kind"` // the names of the changes, as edit or deletePod
	Says        string             `json:"says"`
	Template    bool               `json:"template,omitempty"` // the template is set
	Partition   *int               `json:"partition,omitempty"`
	Replicas    *int               `json:"replicas,omitempty"`
	WhenScaled  *plan.Retention    `json:"whenScaled,omitempty"`
	WhenDeleted *plan.Retention    `json:"whenDeleted,omitempty"`
	Annotations map[string]*string `json:"annotations,omitempty"`
	Pod         string             `json:"pod,omitempty"`
	Claim       string             `json:"claim,omitempty"`
	Volume      string             `json:"volume,omitempty"`
	UID         string             `json:"uid,omitempty"`
	Requested   string             `json:"requested,omitempty"` // what the claim of resizeClaim asks for
	Wanted      string             `json:"wanted,omitempty"`
	Attributes  string             `json:"wantedVolumeAttributesClass,omitempty"`
	Record      bool               `json:"record,omitempty"` // restore-pvc brings the claim back
	To          string             `json:"to,omitempty"`     // the manager that is given fields
	Fields      []string           `json:"fields,omitempty"`
	ConfigMap   string             `json:"configMap,omitempty"`
}

// fieldWords are the fields that change hands.
func fieldWords(g plan.Give) []string {
	out := make([]string, len(g.Fields))
	for i, path := range g.Fields {
		out[i] = report.Clean(path.String())
	}
	return out
}

func viewChange(c plan.Change) *change {
	out := &change{Says: report.Clean(c.String())}
	switch c := c.(type) {
	case plan.Edit:
		out.Kind, out.Template = "edit", c.Template != nil
		out.Partition, out.Replicas, out.Annotations, out.WhenScaled = c.Partition, c.Replicas, c.Annotations, c.Retention
		out.WhenDeleted = c.WhenDeleted
	case plan.DeletePod:
		out.Kind, out.Pod, out.UID = "deletePod", c.Name, string(c.UID)
	case plan.DeleteClaim:
		out.Kind, out.Claim, out.UID, out.Record = "deleteClaim", c.Name, string(c.UID), c.Receipt
	case plan.RetainVolume:
		out.Kind, out.Claim, out.Volume, out.UID = "retainVolume", c.Claim, c.Volume, string(c.UID)
	case plan.Give:
		out.Kind, out.To, out.Fields = "give", report.Clean(c.To), fieldWords(c)
	case plan.ResizeClaim:
		out.Kind, out.Claim, out.UID, out.Requested, out.Wanted = "resizeClaim", c.Name, string(c.UID), c.From, c.To
		out.Attributes = c.Attributes
	case plan.SaveSet:
		out.Kind, out.ConfigMap, out.UID = "saveSet", saved.ConfigMap(c.Saved.Name), string(c.Saved.UID)
	case plan.DisownClaim:
		out.Kind, out.Claim, out.UID = "disownClaim", c.Name, string(c.UID)
	case plan.DeleteSet:
		out.Kind, out.UID = "deleteSet", string(c.UID)
	case plan.CreateSet:
		out.Kind = "createSet"
	case plan.RestoreManagers:
		out.Kind = "restoreManagers"
	case plan.ForgetSet:
		out.Kind, out.ConfigMap = "forgetSet", saved.ConfigMap(c.Name)
	}
	return out
}

func viewPlan(p *plan.Plan, caller hint.Caller) *planView {
	v := &planView{
		Verb: p.Verb, Title: report.Clean(p.Title), Details: report.CleanAll(p.Details),
		Diff: report.SpellOut(p.Diff), Warnings: report.CleanAll(p.Warnings),
		Patience: p.Patience.String(), StepTimeout: p.StepTimeout.String(), Timeout: orNothing(p.Timeout),
		Ordinals: viewOrdinals(p.Ordinals), Sizes: viewSizes(p.Sizes), Images: viewImages(p.Images),
		Reconcilers: viewReconcilers(p.Reconcilers, caller),
	}
	for i := range p.Steps {
		step := &p.Steps[i]
		s := stepView{
			Step: step.Number, Title: report.Clean(step.Title), Disrupts: step.Disrupts,
			Until: step.Until.String(), Soak: orNothing(step.Soak),
		}
		for _, c := range step.Checks {
			s.Checks = append(s.Checks, report.Clean(c.Name))
		}
		if step.Change != nil {
			s.Change = viewChange(step.Change)
		}
		for _, h := range step.Before {
			s.Before = append(s.Before, report.Clean(h.String()))
		}
		for _, h := range step.After {
			s.After = append(s.After, report.Clean(h.String()))
		}
		if step.Replace != nil {
			s.Frees = string(step.Replace.Mode)
			if step.Replace.Mode != plan.ReplaceBlocker {
				s.Order = report.Clean(step.Replace.Order.String())
			}
		}
		if step.Gate != nil {
			s.Gate, s.Next = string(step.Gate.Kind), step.Gate.Next
		}
		v.Steps = append(v.Steps, s)
	}
	return v
}

func orNothing(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// WritePlan writes a plan that is not run.
func WritePlan(w io.Writer, format report.Format, caller hint.Caller, dryRun report.DryRun, p *plan.Plan, now time.Time) {
	Write(w, format, event{
		Type: string(engine.EventPlan), Time: now.UTC(), DryRun: dryRun,
		Set: &Set{p.Namespace, p.Name}, Plan: viewPlan(p, caller),
	})
}
