package plan

import (
	"fmt"

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

// Done reports whether there is nothing to be given any more.
func (g Give) Done(s sts.Snapshot) bool {
	if !s.Exists() {
		return false
	}
	_, changes := g.Of(s)
	return !changes
}

func (g Give) String() string {
	return fmt.Sprintf("hand %s to %s", sts.Count(len(g.Fields), "field"), g.To)
}
