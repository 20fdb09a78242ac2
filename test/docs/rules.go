package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
)

const (
	rulesPage  = "docs/doctor.md"
	rulesBegin = "<!-- rules -->\n"
	rulesEnd   = "<!-- end of rules -->\n"
)

// writeRules writes the table of all rules between its marks.
func writeRules() error {
	page, err := os.ReadFile(rulesPage)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(page), rulesBegin)
	_, after, ends := strings.Cut(rest, rulesEnd)
	if !ok || !ends {
		return errors.New(rulesPage + " has no place for the table of rules")
	}
	return os.WriteFile(rulesPage, []byte(before+rulesBegin+rulesTable()+rulesEnd+after), 0o644)
}

// rulesTable is a table for each group.
func rulesTable() string {
	var out strings.Builder
	group := advice.Group("")
	for _, r := range advice.Rules() {
		if r.Group != group {
			group = r.Group
			_, _ = fmt.Fprintf(&out, "\n### %s%s\n\n| rule | at worst | looks at | finds | why |\n| --- | --- | --- | --- | --- |\n",
				strings.ToUpper(string(group[:1])), group[1:])
		}
		_, _ = fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", r.ID, r.Severity, r.Where(), r.Title, strings.ReplaceAll(r.Why, "|", `\|`))
	}
	return out.String() + "\n"
}
