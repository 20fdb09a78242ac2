package main

import (
	_ "embed"
	"fmt"
	"strings"
)

// claimMoves take a claim to the size that it asks for, as a driver and a kubelet do, and then
// to its VolumeAttributesClass.
// They follow each other, and never two of them apply.
var claimMoves = []move{
	{name: "volume-begin", millis: 100},
	{name: "volume-done", millis: 200, delayFrom: "resize-after"},
	{name: "volume-infeasible", millis: 200, events: []event{
		warning("VolumeResizeFailed",
			"resize volume failed: rpc error: code = InvalidArgument desc = no volume of this type can be so large"),
	}},
	{name: "volume-failing", millis: 200, events: []event{
		warning("VolumeResizeFailed", "resize volume failed: rpc error: code = ResourceExhausted desc = the pool is full"),
	}},
	{name: "filesystem-infeasible", millis: 200},
	{name: "filesystem-done", millis: 200, events: []event{
		{"Normal", "FileSystemResizeSuccessful", "MountVolume.NodeExpandVolume succeeded"},
	}},
	{name: "attributes-begin", millis: 100},
	{name: "attributes-done", millis: 200},
	{name: "attributes-infeasible", millis: 200},
	{name: "attributes-failing", millis: 200},
}

//go:embed manifests/claim-move.jq
var claimMove string

//go:embed manifests/claim-status.tpl
var claimStatus string

// claimStages are the Stages of these moves.
func claimStages() []object {
	expression := strings.ReplaceAll(claimMove, "$ANNOTATIONS", annotations)
	var all []object
	for _, m := range claimMoves {
		head := fmt.Sprintf("{{ $move := %q }}\n", m.name)
		steps := []object{{"patch": object{"subresource": "status", "template": head + claimStatus, "type": "strategic"}}}
		for _, e := range m.events {
			steps = append(steps, object{"event": object{"type": e.kind, "reason": e.reason, "message": e.message}})
		}
		all = append(all, object{
			"apiVersion": "kwok.x-k8s.io/v1alpha1",
			"kind":       "Stage",
			"metadata":   object{"name": "claim-" + m.name},
			"spec": object{
				"resourceRef": object{"apiGroup": "v1", "kind": "PersistentVolumeClaim"},
				"selector": object{"matchExpressions": []object{
					{"jq": object{"key": expression, "operator": "In", "values": []string{m.name}}},
				}},
				"delay": m.delay(),
				"steps": steps,
			},
		})
	}
	return all
}
