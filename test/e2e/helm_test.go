package e2e

import (
	"context"
	"encoding/json"

	"github.com/rogpeppe/go-internal/testscript"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"sigs.k8s.io/yaml"
)

// cmdHelm3 upgrades a StatefulSet as Helm 3 does: with a strategic patch of what the chart
// said before, what it says now and what is there (kube.Client.Update in its source).
// Fields that neither manifest has are left alone.
//
//	helm3 BEFORE AFTER
func cmdHelm3(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: helm3 BEFORE AFTER, each the manifest of one StatefulSet")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	before, err := yaml.YAMLToJSON([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	after, err := yaml.YAMLToJSON([]byte(ts.ReadFile(args[1])))
	ts.Check(err)
	manifest := &appsv1.StatefulSet{}
	ts.Check(json.Unmarshal(after, manifest))
	sets := w.apps.StatefulSets(w.namespace)
	live, err := sets.Get(ctx, manifest.Name, metav1.GetOptions{})
	ts.Check(err)
	current, err := json.Marshal(live)
	ts.Check(err)
	meta, err := strategicpatch.NewPatchMetaFromStruct(live)
	ts.Check(err)
	patch, err := strategicpatch.CreateThreeWayMergePatch(before, after, current, meta, true)
	ts.Check(err)
	_, err = sets.Patch(ctx, manifest.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{FieldManager: "helm"})
	ts.Check(err)
}
