package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

const (
	rolesPage   = "docs/rbac.md"
	rolesFolder = "docs/rbac"
)

// checkRoles is the error when a verb has no file with the permissions that it
// needs, or when the page about them does not link a file.
func checkRoles(root *cobra.Command) error {
	page, err := os.ReadFile(rolesPage)
	if err != nil {
		return err
	}
	var all []error
	for _, verb := range root.Commands() {
		switch verb.Name() {
		case "version", "preset", "completion", "help", "options":
			continue // anybody may
		}
		file := filepath.Join(rolesFolder, verb.Name()+".yaml")
		if _, err := os.Stat(file); err != nil {
			all = append(all, fmt.Errorf("%s needs a file of permissions: %w", verb.CommandPath(), err))
		}
	}
	files, err := filepath.Glob(filepath.Join(rolesFolder, "*"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if !strings.Contains(string(page), "](rbac/"+filepath.Base(file)+")") {
			all = append(all, fmt.Errorf("%s does not link %s", rolesPage, file))
		}
	}
	return errors.Join(all...)
}
