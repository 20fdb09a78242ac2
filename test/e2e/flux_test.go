package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	appsclient "k8s.io/client-go/kubernetes/typed/apps/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/yaml"
)

// fluxManager is as whom Flux's kustomize-controller applies what is in Git.
const fluxManager = "kustomize-controller"

// cmdFlux reconciles a StatefulSet as Flux does: what managers own whose names
// begin with kubectl becomes its own, and then the manifest is applied by
// server-side apply, which takes away what is its own and not in Git.
//
//	flux FILE
func cmdFlux(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: flux FILE, with the manifest of one StatefulSet")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	manifest := &appsv1.StatefulSet{}
	ts.Check(yaml.Unmarshal([]byte(ts.ReadFile(args[0])), manifest))
	sets := w.apps.StatefulSets(w.namespace)
	// The set's controller may write in between: then the test in the patch is
	// not passed, and Flux tries again as well.
	ts.Check(wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		err := takeOver(ctx, sets, manifest.Name)
		if apierrors.IsInvalid(err) {
			return false, nil
		}
		return err == nil, err
	}))
	body, err := yaml.YAMLToJSON([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	_, err = sets.Patch(ctx, manifest.Name, types.ApplyPatchType, body, metav1.PatchOptions{FieldManager: fluxManager, Force: ptr.To(true)})
	ts.Check(err)
}

// takeOver makes what managers own whose names begin with kubectl Flux's own.
func takeOver(ctx context.Context, sets appsclient.StatefulSetInterface, name string) error {
	set, err := sets.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	fields, err := takenOver(set.ManagedFields)
	if err != nil {
		return err
	}
	patch, err := json.Marshal([]map[string]any{
		{"op": "test", "path": "/metadata/resourceVersion", "value": set.ResourceVersion},
		{"op": "replace", "path": "/metadata/managedFields", "value": fields},
	})
	if err != nil {
		return err
	}
	_, err = sets.Patch(ctx, name, types.JSONPatchType, patch, metav1.PatchOptions{FieldManager: fluxManager})
	return err
}

// takenOver are the managed fields after Flux has cleaned up: the Update entries
// of managers whose names begin with kubectl are merged into its own Apply entry.
func takenOver(entries []metav1.ManagedFieldsEntry) ([]metav1.ManagedFieldsEntry, error) {
	taken := func(e metav1.ManagedFieldsEntry) bool {
		return strings.HasPrefix(e.Manager, "kubectl") && e.Operation == metav1.ManagedFieldsOperationUpdate && e.Subresource == ""
	}
	own := slices.IndexFunc(entries, func(e metav1.ManagedFieldsEntry) bool {
		return e.Manager == fluxManager && e.Operation == metav1.ManagedFieldsOperationApply
	})
	if own < 0 {
		return nil, fmt.Errorf("%s has applied nothing yet", fluxManager)
	}
	all := &fieldpath.Set{}
	var out []metav1.ManagedFieldsEntry
	for i, e := range entries {
		if i != own && !taken(e) {
			out = append(out, e)
			continue
		}
		set := &fieldpath.Set{}
		if err := set.FromJSON(bytes.NewReader(e.FieldsV1.GetRawBytes())); err != nil {
			return nil, err
		}
		all = all.Union(set)
	}
	raw, err := all.ToJSON()
	if err != nil {
		return nil, err
	}
	mine := entries[own]
	mine.FieldsV1 = metav1.NewFieldsV1(string(raw))
	return append(out, mine), nil
}

func TestFluxTakesOverWhatBeginsWithKubectl(t *testing.T) {
	entry := func(manager string, operation metav1.ManagedFieldsOperationType, fields string) metav1.ManagedFieldsEntry {
		return metav1.ManagedFieldsEntry{Manager: manager, Operation: operation, FieldsV1: metav1.NewFieldsV1(fields)}
	}
	const update, apply = metav1.ManagedFieldsOperationUpdate, metav1.ManagedFieldsOperationApply
	status := entry("kubectl-edit", update, `{"f:status":{}}`)
	status.Subresource = "status"
	stay := []metav1.ManagedFieldsEntry{
		status, entry("kubectl", apply, `{"f:spec":{"f:c":{}}}`), entry("sts-rollout", update, `{"f:spec":{"f:d":{}}}`),
	}
	got, err := takenOver(append(slices.Clone(stay),
		entry(fluxManager, apply, `{"f:spec":{"f:a":{}}}`), entry("kubectl-sts", update, `{"f:spec":{"f:b":{}}}`)))
	require.NoError(t, err)
	require.Equal(t, append(stay, entry(fluxManager, apply, `{"f:spec":{"f:a":{},"f:b":{}}}`)), got)

	_, err = takenOver(stay)
	require.Error(t, err)
}
