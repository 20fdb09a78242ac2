// Package check is what a step is measured by, as data: commands, HTTP requests and
// PromQL queries, the verdicts that they come to, and the rule by which verdicts
// count. It measures nothing itself: that is the business of package measure.
package check
