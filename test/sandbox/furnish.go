package main

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// An object is one Kubernetes object, or a part of one.
type object map[string]any

//go:embed manifests/storageclass.yaml
var storageClass string

//go:embed manifests/node-stages.yaml
var nodeStages string

var zones = []string{"zone-a", "zone-b", "zone-c"}

// furnish brings in what the control plane finds in a real cluster: nodes, a
// default StorageClass, and kubelets that do as manifests/ says. A cluster
// that has all of this already is left alone; one from before a change of
// the manifests gets the change.
func (c cluster) furnish(ctx context.Context, r *record, count int) (changed bool, err error) {
	logs, err := c.logs()
	if err != nil {
		return false, err
	}
	manifest, err := furniture(count, logs)
	if err != nil {
		return false, err
	}
	sum := sha256.Sum256([]byte(manifest))
	hash := hex.EncodeToString(sum[:])
	if r.Objects == hash {
		return false, nil
	}
	// Unvalidated: reading the whole OpenAPI schema would take longer than the rest.
	if _, err := c.kubectl(ctx, r.Bin, manifest, "apply", "--server-side", "--force-conflicts", "--validate=false", "-f", "-"); err != nil {
		return false, err
	}
	if err := c.start(ctx, r.Bin); err != nil {
		return false, err
	}
	// First, since it starts again what has exited: kwok, too, without which no
	// node becomes Ready.
	if err := c.becomesWorking(ctx, r.Bin); err != nil {
		return false, err
	}
	if _, err := c.kubectl(ctx, r.Bin, "", "wait", "node", "--all", "--for=condition=Ready", "--timeout=300s"); err != nil {
		return false, err
	}
	r.Objects = hash
	return true, c.write(*r)
}

// furniture is the manifest of it all, as one stream of documents.
func furniture(count int, logs object) (string, error) {
	list, err := json.Marshal(object{
		"apiVersion": "v1",
		"kind":       "List",
		"items":      slices.Concat(stages(), claimStages(), []object{logs}, nodes(count)),
	})
	if err != nil {
		return "", err
	}
	return storageClass + "---\n" + nodeStages + "---\n" + string(list) + "\n", nil
}

// nodes are spread over the zones in turn. Each has a pod network of its own,
// so that no two pods share an address. What fits on one is in
// manifests/node-stages.yaml, since that is status.
func nodes(count int) []object {
	var all []object
	for i := range count {
		name := fmt.Sprintf("node-%d", i+1)
		cidr := fmt.Sprintf("10.244.%d.0/24", i+1)
		all = append(all, object{
			"apiVersion": "v1",
			"kind":       "Node",
			"metadata": object{
				"name": name,
				"labels": object{
					"kubernetes.io/arch":            "amd64",
					"kubernetes.io/hostname":        name,
					"kubernetes.io/os":              "linux",
					"topology.kubernetes.io/region": "sandbox",
					"topology.kubernetes.io/zone":   zones[i%len(zones)],
				},
			},
			"spec": object{"podCIDR": cidr, "podCIDRs": []string{cidr}},
		})
	}
	return all
}
