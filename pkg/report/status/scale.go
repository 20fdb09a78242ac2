package status

import (
	"maps"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// scaleView is a scale that is not over, as a program reads it.
type scaleView struct {
	From       int      `json:"from"`
	To         int      `json:"to"`
	WhenScaled string   `json:"whenScaled,omitempty"` // to be set back
	Deletes    []string `json:"deletes,omitempty"`    // claims
}

func (st Status) viewScale() *scaleView {
	for _, found := range st.Ops.Records {
		r, ok := found.(*operation.Scale)
		if !ok {
			continue
		}
		v := &scaleView{From: r.From, To: r.To, WhenScaled: string(r.WhenScaled)}
		for _, name := range slices.Sorted(maps.Keys(r.Claims)) {
			v.Deletes = append(v.Deletes, report.Clean(name))
		}
		return v
	}
	return nil
}
