package plan

import (
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/field"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
)

// Give hands fields that the plugin owns to the manager that has them in its manifest:
// should that apply another value there later, it meets no conflict.
type Give struct {
	To string `json:"to"`
	// From are the names under which the plugin writes besides its own.
	From   []string     `json:"from"`
	Fields []field.Path `json:"fields"`
}

func (Give) change() {}

// Of are the managedFields of a set afterwards, and whether they are others than now.
func (g Give) Of(s sts.Snapshot) ([]metav1.ManagedFieldsEntry, bool) {
	return fieldmanager.Give(s.Set.ManagedFields, g.From, g.To, g.Fields)
}

// ReceiverGone reports whether the receiver owns nothing of the set any more.
func (g Give) ReceiverGone(s sts.Snapshot) bool {
	return !slices.Contains(fieldmanager.Managers(s.Set.ManagedFields), g.To)
}

// Done reports whether there is nothing to be given any more. Where the receiver has gone
// nothing was given.
func (g Give) Done(s sts.Snapshot) bool {
	if !s.Exists() || g.ReceiverGone(s) {
		return false
	}
	_, changes := g.Of(s)
	return !changes
}

func (g Give) String() string {
	return fmt.Sprintf("hand %s to %s", sts.Count(len(g.Fields), "field"), g.To)
}
