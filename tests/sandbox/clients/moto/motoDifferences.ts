/** Tests of moto that expect something other than the gateway's answer, and why. */
export interface MotoDifference {
  /**
   * Which one answers as ECR does: "neither" if that is unknown, "both" if only wording or an order that ECR does not
   * guarantee differs, "moto" if the sandbox cannot.
   */
  right: "gateway" | "moto" | "both" | "neither";
  why: string;
  tests: readonly string[];
}

const ecr = (...names: string[]) => names.map((name) => `test_ecr.py::${name}`);
const layers = (...names: string[]) => names.map((name) => `test_ecr_layers.py::${name}`);

export const motoDifferences: readonly MotoDifference[] = [
  {
    right: "gateway",
    why: "An image's digest is the SHA-256 of its manifest, and PutImage rejects any other (ECR API, ImageDigestDoesNotMatchException); moto uses its config's.",
    tests: ecr(
      "test_ecr_image_digest",
      "test_ecr_image_tag_immutability",
      "test_ecr_image_tag_immutability_with_exclusion_filters",
      "test_ecr_image_tag_mutability",
      "test_ecr_image_tag_mutability_with_exclusion_filters",
      "test_list_same_image_with_multiple_tags",
    ),
  },
  {
    right: "gateway",
    why: "An index requires its images (ECR API, PutImage: ReferencedImagesNotFoundException); moto's index names digests of configs.",
    tests: ecr("test_describe_images", "test_put_manifest_list"),
  },
  {
    right: "gateway",
    why: "A digest that exists already, put again without a new tag, is rejected (ECR API, PutImage: ImageAlreadyExistsException).",
    tests: ecr("test_describe_images_tags_should_not_contain_empty_tag2"),
  },
  {
    right: "gateway",
    why: "An image whose tag has moved remains, untagged (ECR user guide, image tag mutability); moto removes it.",
    tests: ecr("test_put_multiple_images_with_same_tag"),
  },
  {
    right: "gateway",
    why: "A registry ID has twelve digits (botocore's model); moto accepts any string.",
    tests: ecr(
      "test_describe_repository_that_doesnt_exist",
      "test_list_images_from_repository_that_doesnt_exist",
      "test_get_authorization_token_explicit_regions",
    ),
  },
  {
    right: "gateway",
    why: "Access to another account's registry requires that registry's policy (ECR user guide, private registry permissions); moto does not check permissions there.",
    tests: ecr("test_create_repository_in_different_account", "test_describe_repositories_2"),
  },
  {
    right: "gateway",
    why: "A KMS key must exist (ECR API, KmsException); moto accepts any ARN.",
    tests: ecr("test_create_repository_with_non_default_config"),
  },
  {
    right: "gateway",
    why: "A rule for untagged images has no prefixes (ECR user guide, lifecycle policy properties); the test's policy has them.",
    tests: ecr("test_put_lifecycle_policy"),
  },
  {
    right: "gateway",
    why: "ECR returns principals in its own order (hashicorp/terraform-provider-aws issue 19365); moto returns the policy as sent.",
    tests: ecr(
      "test_put_registry_policy[single-action]",
      "test_put_registry_policy[multiple-actions]",
      "test_get_registry_policy",
      "test_delete_registry_policy",
    ),
  },
  {
    right: "gateway",
    why: "In the policy scope V2, the default, a registry policy applies to every ECR action.",
    tests: ecr("test_put_registry_policy_error_invalid_action"),
  },
  {
    right: "gateway",
    why: "A replication configuration has up to ten rules (ECR API, ReplicationConfiguration); moto says that the feature is disabled.",
    tests: ecr("test_put_replication_configuration_error_feature_disabled"),
  },
  {
    right: "gateway",
    why: "CONTINUOUS_SCAN is valid only with ENHANCED (ECR API, RegistryScanningRule), and a failure's reason is a message, not its code.",
    tests: [
      "test_ecr_scanning_config.py::test_put_registry_scanning_configuration",
      "test_ecr_scanning_config.py::test_batch_get_repository_scanning_configuration",
    ],
  },
  {
    right: "gateway",
    why: "A missing layer is UNAVAILABLE (ECR API, LayerAvailability); an upload ID is a UUID (botocore's model); all parts but the last have at least 5 MiB (ECR API, LayerPartTooSmallException).",
    tests: layers(
      "test_batch_check_layer_availability_missing_and_invalid",
      "test_complete_layer_upload_unknown_upload",
      "test_layer_upload_multiple_parts",
      "test_upload_layer_part_out_of_order",
      "test_upload_layer_part_unknown_upload",
    ),
  },
  {
    right: "moto",
    why: "The sandbox's registries have an address of this machine instead of ECR's host names, and their own tokens.",
    tests: ecr(
      "test_create_repository",
      "test_delete_repository",
      "test_delete_repository_with_force",
      "test_describe_repositories",
      "test_describe_repositories_1",
      "test_describe_repositories_3",
      "test_describe_repositories_with_image",
      "test_get_authorization_token_assume_region",
    ),
  },
  {
    right: "moto",
    why: "The sandbox creates no repositories with CloudFormation: it rejects the type by name.",
    tests: ["create", "delete", "update"].map((name) => `test_ecr_cloudformation.py::test_${name}_repository`),
  },
  {
    right: "neither",
    why: "moto has findings of its own; the sandbox's come from a file (SANDBOX_SCAN_FINDINGS).",
    tests: [...ecr("test_describe_image_scan_findings"), "test_ecr_scan_results.py::test_set_findings"],
  },
  {
    right: "neither",
    why: "What ECR does with a digest and a tag in one identifier is unknown: the gateway deletes that tag, moto the whole image.",
    tests: ecr("test_batch_delete_image_with_matching_digest_and_tag"),
  },
  {
    right: "neither",
    why: "Which media type ECR reports for a layer that no image references is unknown: the gateway reports none, moto Docker's.",
    tests: layers("test_layer_upload_flow"),
  },
  {
    right: "both",
    why: "ECR does not guarantee an order of tags; the gateway's is lexical, moto's that of the pushes.",
    tests: ecr(
      "test_delete_batch_image_with_multiple_images",
      "test_describe_images_tags_should_not_contain_empty_tag1",
      "test_put_image_with_multiple_tags",
    ),
  },
  {
    right: "both",
    why: "The same error in other words: the gateway also says what is wrong.",
    tests: ecr(
      "test_list_tags_for_resource_error_invalid_param",
      "test_put_image_tag_mutability_error_invalid_param",
      "test_put_image_without_mediatype",
      "test_put_replication_configuration_error_same_source",
      "test_set_repository_policy_error_invalid_param",
    ),
  },
];
