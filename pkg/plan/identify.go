package plan

import (
	"fmt"
	"slices"
)

// Identify is the plan with an ID for each step that has none: the plan's verb and
// what the step does, numbered where several do the same.
func Identify(p Plan) Plan {
	p.Steps = slices.Clone(p.Steps)
	taken := map[string]bool{}
	for i := range p.Steps {
		taken[p.Steps[i].ID] = true
	}
	for i := range p.Steps {
		step := &p.Steps[i]
		if step.ID != "" {
			continue
		}
		base := p.Verb + "/" + step.does(p)
		step.ID = base
		for n := 2; taken[step.ID]; n++ {
			step.ID = fmt.Sprintf("%s-%d", base, n)
		}
		taken[step.ID] = true
	}
	return p
}

// does says in a word what the step does, with what or to what.
func (step Step) does(p Plan) string {
	switch c := step.Change.(type) {
	case Edit:
		return c.does(p)
	case DeletePod:
		return "delete-pod-" + c.Name
	case DeleteClaim:
		return "delete-claim-" + c.Name
	case RetainVolume:
		return "retain-volume-of-" + c.Claim
	case ResizeClaim:
		return "resize-claim-" + c.Name
	case ReleaseVolume:
		return "release-volume-of-" + c.Claim
	case CreateClaim:
		return "create-claim-" + c.Claim
	case ResetReclaim:
		return "reset-reclaim-of-" + c.Claim
	case Give:
		return "give-to-" + c.To
	}
	if step.Replace != nil && step.Replace.Mode != ReplaceBlocker {
		return "replace-pods"
	}
	return "wait"
}

func (e Edit) does(p Plan) string {
	record, writes := e.Annotations[p.Record]
	switch {
	case e.Template != nil:
		return "template"
	case e.Replicas != nil:
		return fmt.Sprintf("replicas-%d", *e.Replicas)
	case writes && record == nil:
		return "end"
	case e.Partition != nil:
		return fmt.Sprintf("partition-%d", *e.Partition)
	}
	return "record"
}
