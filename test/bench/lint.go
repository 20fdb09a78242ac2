package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What lint may take of a folder of manifests, per hundred of them.
const (
	manifests      = 1000
	mostPerHundred = 1.0 // seconds
)

// lint compares a look at manifests with what kubectl takes to read the same files.
func lint(ctx context.Context, box *sandbox, rounds int) ([]row, error) {
	dir, err := os.MkdirTemp("", "bench-lint")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it is in the system's folder for such files
	if err := writeManifests(dir); err != nil {
		return nil, err
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close() //nolint:errcheck // nothing is in it
	samples, err := sample(ctx, box, min(rounds, 5), []func() (usage, error){
		func() (usage, error) {
			return box.runTo(ctx, null, "kubectl", "create", "--dry-run=client", "--validate=false", "-o", "name", "-R", "-f", dir)
		},
		func() (usage, error) { return box.runTo(ctx, null, "kubectl", "sts", "lint", "-f", dir) },
	})
	if err != nil {
		return nil, err
	}
	wall := func(u usage) float64 { return u.wall.Seconds() }
	most := slices.Max(each(samples[1], wall))
	about := fmt.Sprintf("%d manifests, each of a set with its Service and its budget", manifests)
	return []row{
		{what: about + ", `kubectl create --dry-run=client`: wall", value: seconds(samples[0], wall)},
		{
			what:  fmt.Sprintf("the same, `kubectl sts lint` (the worst round at most %.0f s per 100): wall", mostPerHundred),
			value: seconds(samples[1], wall), ratio: ratio(samples[1], samples[0], wall), over: most > mostPerHundred*manifests/100,
		},
	}, nil
}

// writeManifests makes a folder for every ten manifests.
func writeManifests(dir string) error {
	for i := range manifests {
		name := fmt.Sprintf("db-%d", i)
		file := filepath.Join(dir, fmt.Sprintf("team-%d", i/10), name+".yaml")
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(linted, "NAME", name)), 0o600); err != nil {
			return err
		}
	}
	return nil
}

const linted = `apiVersion: v1
kind: Service
metadata: {name: NAME}
spec:
  clusterIP: None
  selector: {app: NAME}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: NAME}
spec:
  maxUnavailable: 1
  selector: {matchLabels: {app: NAME}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: NAME
  labels: {app: NAME, app.kubernetes.io/part-of: shop}
spec:
  serviceName: NAME
  replicas: 3
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      terminationGracePeriodSeconds: 60
      securityContext: {fsGroup: 999, fsGroupChangePolicy: OnRootMismatch}
      containers:
      - name: db
        image: postgres:16.4
        env:
        - {name: PGDATA, value: /data/pg}
        ports: [{name: pg, containerPort: 5432}]
        readinessProbe: {exec: {command: [pg_isready]}}
        resources: {requests: {cpu: 100m, memory: 1Gi}, limits: {memory: 1Gi}}
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
`
