package fieldmanager_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzManagedFields takes any text for what a manager owns.
func FuzzManagedFields(f *testing.F) {
	for _, text := range []string{
		`{"f:spec":{"f:template":{"f:spec":{}},"f:replicas":{}}}`, `{"f:spec":{"f:template":null}}`, `[]`, `oops`, ``,
	} {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		at := metav1.NewTime(time.Unix(1, 0))
		fields := []metav1.ManagedFieldsEntry{{Manager: "helm", Time: &at, FieldsV1: metav1.NewFieldsV1(text)}}
		set := &workload.Set{ObjectMeta: metav1.ObjectMeta{ManagedFields: fields}, Kind: workload.Apps{}}
		if w, ok := fieldmanager.WriterOf(set, workload.FieldTemplate); ok {
			require.Equal(t, fieldmanager.Writer{Manager: "helm", Time: at.Time}, w)
		}
		require.Equal(t, []string{"helm"}, fieldmanager.Managers(fields))
	})
}
