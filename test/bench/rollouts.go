package main

import (
	"context"
	"fmt"
)

// shellCanary is what a careful person types today.
const shellCanary = `set -e
kubectl patch sts web --type=json -p '[
  {"op":"add","path":"/spec/updateStrategy/rollingUpdate/partition","value":5},
  {"op":"replace","path":"/spec/template/spec/containers/0/image","value":"'"$1"'"}]'
for partition in 4 2 0; do
  kubectl patch sts web --type=json -p '[{"op":"add","path":"/spec/updateStrategy/rollingUpdate/partition","value":'$partition'}]'
  kubectl rollout status sts/web
done`

// rollouts compares the ways to give five pods another image.
func rollouts(ctx context.Context, box *sandbox, rounds int) ([]row, error) {
	image := 0
	ways := []func() (usage, error){
		func() (usage, error) { // natively
			return box.run(ctx, "sh", "-ec", `kubectl set image sts/web nginx=$0 && kubectl rollout status sts/web`, next(&image))
		},
		func() (usage, error) { // three steps with kubectl
			return box.run(ctx, "sh", "-c", shellCanary, "sh", next(&image))
		},
		func() (usage, error) { // three steps with the plugin
			return box.run(ctx, "kubectl", "sts", "canary", "web", "--image", "nginx="+next(&image),
				"--steps", "1,50%,100%", "--soak", "0s", "--yes")
		},
	}
	samples, err := sample(ctx, box, rounds, ways)
	if err != nil {
		return nil, err
	}
	wall := func(u usage) float64 { return u.wall.Seconds() }
	native, shell, plugin := samples[0], samples[1], samples[2]
	return []row{
		{what: "five pods, natively (`set image`, `rollout status`)", value: seconds(native, wall)},
		{what: "five pods, canary of three steps in shell", value: seconds(shell, wall), ratio: ratio(shell, native, wall)},
		{
			what: "five pods, `kubectl sts canary` of three steps", value: seconds(plugin, wall),
			ratio: ratio(plugin, native, wall), most: 1.05,
		},
	}, nil
}

func next(image *int) string {
	*image++
	return fmt.Sprintf("nginx:1.%d", *image)
}

// starts compares one look at a set: what a process costs that does little.
func starts(ctx context.Context, box *sandbox, rounds int) ([]row, error) {
	ways := []func() (usage, error){
		func() (usage, error) {
			return box.run(ctx, "kubectl", "rollout", "status", "sts/web", "--watch=false")
		},
		func() (usage, error) { return box.run(ctx, "kubectl-sts", "status", "web") },
	}
	samples, err := sample(ctx, box, 4*rounds, ways)
	if err != nil {
		return nil, err
	}
	wall := func(u usage) float64 { return u.wall.Seconds() }
	cpu := func(u usage) float64 { return u.cpu.Seconds() }
	memory := func(u usage) float64 { return float64(u.memory) / (1 << 20) }
	kubectl, plugin := samples[0], samples[1]
	return []row{
		{what: "one look, `kubectl rollout status --watch=false`: wall", value: seconds(kubectl, wall)},
		{what: "one look, `kubectl-sts status`: wall", value: seconds(plugin, wall), ratio: ratio(plugin, kubectl, wall), most: 0.45},
		{what: "one look, kubectl: CPU", value: seconds(kubectl, cpu)},
		{what: "one look, kubectl-sts: CPU", value: seconds(plugin, cpu), ratio: ratio(plugin, kubectl, cpu)},
		{what: "one look, kubectl: peak memory", value: mebibytes(kubectl, memory)},
		{
			what: "one look, kubectl-sts: peak memory", value: mebibytes(plugin, memory),
			ratio: ratio(plugin, kubectl, memory), most: 0.55,
		},
	}, nil
}

// sample runs the ways in turn, after one round that does not count.
func sample(ctx context.Context, box *sandbox, rounds int, ways []func() (usage, error)) ([][]usage, error) {
	samples := make([][]usage, len(ways))
	for round := range rounds + 1 {
		for i, way := range ways {
			if err := box.settle(ctx); err != nil {
				return nil, err
			}
			u, err := way()
			if err != nil {
				return nil, err
			}
			if round > 0 {
				samples[i] = append(samples[i], u)
			}
		}
	}
	return samples, nil
}
