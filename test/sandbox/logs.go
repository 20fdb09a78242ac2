package main

import (
	_ "embed"
	"os"
	"path/filepath"
)

//go:embed manifests/running.log
var runningLog string

//go:embed manifests/crashed.log
var crashedLog string

// logs has kwok serve the same two logs for every container, which a container
// never says itself here: that of one that runs, and as the one before that of one
// that has crashed. kwok reads them from files. A pod's own Logs come first.
func (c cluster) logs() (object, error) {
	running, crashed := filepath.Join(c.dir, "running.log"), filepath.Join(c.dir, "crashed.log")
	for name, text := range map[string]string{running: runningLog, crashed: crashedLog} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	return object{
		"apiVersion": "kwok.x-k8s.io/v1alpha1",
		"kind":       "ClusterLogs",
		"metadata":   object{"name": "containers"},
		"spec":       object{"logs": []object{{"logsFile": running, "previousLogsFile": crashed}}},
	}, nil
}
