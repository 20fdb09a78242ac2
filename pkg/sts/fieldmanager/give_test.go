package fieldmanager_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/field"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
)

func applied(manager, fields string) metav1.ManagedFieldsEntry {
	e := entry(manager, 1, fields)
	e.Operation = metav1.ManagedFieldsOperationApply
	return e
}

func TestGive(t *testing.T) {
	fields := []field.Path{field.Names("spec", "replicas"), field.Names("spec", "paused")}
	const both = `{"f:metadata":{"f:annotations":{"f:example.com/a":{}}},"f:spec":{"f:replicas":{}}}`
	scale := entry("helm", 1, `{"f:spec":{"f:replicas":{}}}`)
	scale.Subresource = "scale"
	for _, test := range []struct {
		name     string
		from, to []metav1.ManagedFieldsEntry
	}{
		{
			"what it owns, and nothing else",
			[]metav1.ManagedFieldsEntry{applied("helm", `{"f:spec":{"f:template":{}}}`), entry("sts-rollout", 5, both)},
			[]metav1.ManagedFieldsEntry{
				applied("helm", `{"f:spec":{"f:replicas":{},"f:template":{}}}`),
				entry("sts-rollout", 5, `{"f:metadata":{"f:annotations":{"f:example.com/a":{}}}}`),
			},
		},
		{
			"all that it has: its entry goes",
			[]metav1.ManagedFieldsEntry{
				entry("kubectl-sts", 5, `{"f:spec":{"f:replicas":{}}}`), applied("helm", `{"f:spec":{"f:template":{}}}`),
			},
			[]metav1.ManagedFieldsEntry{applied("helm", `{"f:spec":{"f:replicas":{},"f:template":{}}}`)},
		},
		{
			"to what was applied rather than written otherwise, and under a name of the user's own",
			[]metav1.ManagedFieldsEntry{
				scale, entry("helm", 1, `{"f:spec":{"f:a":{}}}`), applied("helm", `{"f:spec":{"f:b":{}}}`), entry("ci", 5, both),
			},
			[]metav1.ManagedFieldsEntry{
				scale, entry("helm", 1, `{"f:spec":{"f:a":{}}}`), applied("helm", `{"f:spec":{"f:b":{},"f:replicas":{}}}`),
				entry("ci", 5, `{"f:metadata":{"f:annotations":{"f:example.com/a":{}}}}`),
			},
		},
		{
			"to what was written otherwise where nothing was applied",
			[]metav1.ManagedFieldsEntry{entry("helm", 1, `{"f:spec":{"f:a":{}}}`), entry("sts-rollout", 5, `{"f:spec":{"f:replicas":{}}}`)},
			[]metav1.ManagedFieldsEntry{entry("helm", 1, `{"f:spec":{"f:a":{},"f:replicas":{}}}`)},
		},
		{
			"an empty entry of somebody else stays",
			[]metav1.ManagedFieldsEntry{
				applied("helm", `{"f:spec":{"f:a":{}}}`), applied("other", `{}`), entry("sts-rollout", 5, `{"f:spec":{"f:replicas":{}}}`),
			},
			[]metav1.ManagedFieldsEntry{applied("helm", `{"f:spec":{"f:a":{},"f:replicas":{}}}`), applied("other", `{}`)},
		},
		{
			"what others own stays theirs",
			[]metav1.ManagedFieldsEntry{applied("helm", `{"f:spec":{"f:a":{}}}`), entry("kubectl-edit", 5, both)},
			nil,
		},
		{"nobody of that name", []metav1.ManagedFieldsEntry{entry("sts-rollout", 5, both)}, nil},
		{"what nobody can read is nobody's", []metav1.ManagedFieldsEntry{applied("helm", `[]`), entry("sts-rollout", 5, both)}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := append([]metav1.ManagedFieldsEntry(nil), test.from...)
			got, changed := fieldmanager.Give(test.from, []string{"ci"}, "helm", fields)
			require.Equal(t, test.to != nil, changed)
			if test.to == nil {
				test.to = test.from
			}
			require.Equal(t, test.to, got)
			require.Equal(t, before, test.from, "what was seen stays as it was")
			again, changed := fieldmanager.Give(got, []string{"ci"}, "helm", fields)
			require.False(t, changed)
			require.Equal(t, got, again)
		})
	}
}
