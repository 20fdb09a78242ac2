package report

import (
	"fmt"
	"maps"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// scaleView is a scale that is not over, as a program reads it.
type scaleView struct {
	From       int      `json:"from"`
	To         int      `json:"to"`
	WhenScaled string   `json:"whenScaled,omitempty"` // to be set back
	Deletes    []string `json:"deletes,omitempty"`    // claims
}

func viewScale(s sts.Snapshot) *scaleView {
	r, err := scale.FindRecord(s)
	if err != nil || r == nil {
		return nil
	}
	v := &scaleView{From: r.From, To: r.To, WhenScaled: string(r.WhenScaled)}
	for _, name := range slices.Sorted(maps.Keys(r.Claims)) {
		v.Deletes = append(v.Deletes, Clean(name))
	}
	return v
}

// scaleLines say which scale is not over, and what it has still to do.
func scaleLines(s sts.Snapshot) [][2]string {
	r, err := scale.FindRecord(s)
	if err != nil || r == nil {
		return nil
	}
	out := [][2]string{{"Scale", fmt.Sprintf("from %d to %d, at %d", r.From, r.To, s.Replicas())}}
	for _, left := range r.Left() {
		out = append(out, [2]string{"Left to do", Clean(left)})
	}
	return out
}
