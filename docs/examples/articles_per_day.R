# Articles a day by outlet: R's arrow over a folder of Parquet.
#
#     scrapy export news --duplicates
#     Rscript docs/examples/articles_per_day.R news

library(arrow)
library(dplyr)

export <- commandArgs(trailingOnly = TRUE)[1]

open_dataset(file.path(export, "articles"), hive_style = TRUE) |>
  count(published_day, source, name = "articles") |>
  arrange(published_day, source) |>
  collect() |>
  print(n = Inf)
