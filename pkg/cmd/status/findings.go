package status

import (
	"encoding/json"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// findings are the rules that have found something which is a warning or worse, from what
// has been read anyway: the set and its pods.
func findings(manifest kube.Manifest, s sts.Snapshot, patience time.Duration, now time.Time) []string {
	var object appsv1.StatefulSet
	if json.Unmarshal(manifest, &object) != nil {
		return nil // it has been read before
	}
	set := world.ObserveSet(&object)
	set.Snapshot = s
	w := &world.World{Live: true, Now: now, Patience: patience, Sets: []world.Set{set}, Unseen: map[world.Part]string{}}
	for _, part := range []world.Part{
		world.PartClaims, world.PartVolumes, world.PartClasses, world.PartNodes, world.PartBudgets, world.PartServices, world.PartScalers,
		world.PartSaved,
	} {
		w.Unseen[part] = ""
	}
	var ids []string
	found := advice.Judge(w, &w.Sets[0]).Findings
	for i := range found {
		if found[i].Severity.AtLeast(advice.Warning) && !slices.Contains(ids, found[i].Rule) {
			ids = append(ids, found[i].Rule)
		}
	}
	return ids
}
