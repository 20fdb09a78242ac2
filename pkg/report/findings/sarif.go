package findings

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// SARIF is the format that code scanners read, in version 2.1.0, as far as it is used
// here: https://docs.oasis-open.org/sarif/sarif/v2.1.0/.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
		Invocations []sarifInvocation `json:"invocations,omitempty"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		URI     string      `json:"informationUri"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID            string          `json:"id"`
		Short         sarifText       `json:"shortDescription"`
		Full          sarifText       `json:"fullDescription"`
		HelpURI       string          `json:"helpUri"`
		Configuration sarifRuleConfig `json:"defaultConfiguration"`
	}
	sarifRuleConfig struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Related      []sarifLocation    `json:"relatedLocations,omitempty"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
		Message  *sarifText     `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
	}
	sarifLogical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
		Kind               string `json:"kind"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	project     = "https://github.com/kubectl-sts/kubectl-sts"
)

// Sarif collects findings about files.
type Sarif struct {
	Version string // of the plugin
	// Least is the severity from which findings are in it.
	Least   advice.Severity
	results []sarifResult
}

// Add adds what was found about one set.
func (s *Sarif) Add(a report.Advice) {
	for _, f := range slices.Concat(a.Findings, a.Silenced) {
		if f.Severity.AtLeast(cmp.Or(s.Least, advice.Info)) {
			s.add(a, f)
		}
	}
}

func (s *Sarif) add(a report.Advice, f advice.Finding) {
	r := sarifResult{RuleID: f.Rule, RuleIndex: -1, Level: level(f.Severity), Locations: []sarifLocation{}}
	for i, id := range advice.IDs() {
		if id == f.Rule {
			r.RuleIndex = i
		}
	}
	r.Message.Text = report.Clean(f.Says)
	if f.Fix.Words != "" {
		r.Message.Text += ". Fix: " + report.Clean(f.Fix.Words)
	}
	if place, ok := a.At(f); ok {
		at := location(place)
		at.Logical = []sarifLogical{{FullyQualifiedName: report.Clean(f.About.String()), Kind: "resource"}}
		r.Locations = append(r.Locations, at)
	}
	for i := range f.Evidence {
		if place, ok := a.PlaceOf(f.Evidence[i]); ok {
			at := location(place)
			at.Message = &sarifText{report.EvidenceWords(f.Evidence[i], a.Now)}
			r.Related = append(r.Related, at)
		}
	}
	if f.Reason != "" {
		r.Suppressions = []sarifSuppression{{"inSource", report.Clean(f.Reason)}}
	}
	s.results = append(s.results, r)
}

func location(p report.Place) sarifLocation {
	path := url.URL{Path: filepath.ToSlash(report.Clean(p.File))}
	return sarifLocation{Physical: sarifPhysical{
		Artifact: sarifArtifact{path.String()}, Region: sarifRegion{max(p.Line, 1), max(p.Column, 1)},
	}}
}

// level is a severity in the words of SARIF.
func level(s advice.Severity) string {
	if s == advice.Info {
		return "note"
	}
	return string(s)
}

// Write writes the log. failed are files that could not be read.
func (s *Sarif) Write(w io.Writer, failed []string) error {
	driver := sarifDriver{Name: "kubectl-sts", Version: s.Version, URI: project, Rules: []sarifRule{}}
	for _, r := range advice.Rules() {
		driver.Rules = append(driver.Rules, sarifRule{
			ID: r.ID, Short: sarifText{r.Title}, Full: sarifText{r.Why}, HelpURI: project + "/blob/main/docs/doctor.md",
			Configuration: sarifRuleConfig{level(r.Severity)},
		})
	}
	run := sarifRun{Tool: sarifTool{driver}, ColumnKind: "unicodeCodePoints", Results: s.results}
	if run.Results == nil {
		run.Results = []sarifResult{}
	}
	invocation := sarifInvocation{Successful: len(failed) == 0}
	for _, why := range failed {
		invocation.Notifications = append(invocation.Notifications, sarifNotification{"error", sarifText{report.Clean(why)}})
	}
	run.Invocations = []sarifInvocation{invocation}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(sarifLog{sarifSchema, "2.1.0", []sarifRun{run}}); err != nil {
		return err
	}
	_, err := io.WriteString(w, report.GuardJSON(text.String()))
	return err
}
